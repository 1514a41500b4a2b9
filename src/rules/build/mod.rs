//! From configuration to rules, with all that is wrong on the way.

mod lint;
mod matcher;
mod problems;
mod settings;
mod shadow;

use std::collections::BTreeMap;

use presign_core::{ExpiresIn, Problem};

use super::{
    condition::Condition, facts::BackendFacts, principals::Principals, response::ResponsePolicy, rewrite::Rewrite,
    rule::Rule, set::RuleSet,
};
use crate::config::{RuleConfig, SigningConfig};
use problems::{Problems, ProblemsBelow};

impl RuleSet {
    /// Checks and compiles the rules of a configuration. `backends` are all that there are, by name.
    ///
    /// Returns warnings beside the rules: what is allowed, and probably not meant.
    ///
    /// # Errors
    /// All problems, each with its field, such as `rules[3].match.glob`.
    pub fn build(
        rules: &[RuleConfig],
        backends: &BTreeMap<String, BackendFacts>,
        signing: &SigningConfig,
    ) -> Result<(Self, Vec<Problem>), Vec<Problem>> {
        let mut problems = Problems::default();
        let default_ttl = settings::default_ttl(signing, &mut problems);
        let mut built = Vec::with_capacity(rules.len());
        for (index, config) in rules.iter().enumerate() {
            let mut problems = problems.below(format!("rules[{index}]"));
            let facts = settings::backend(config, backends, &mut problems);
            settings::check(config, facts, &mut problems);
            let ttl = match config.ttl {
                Some(ttl) => settings::ttl(ttl, facts, signing, &mut problems),
                None => default_ttl,
            };
            built.extend(build_rule(index, config, facts, ttl, &mut problems));
        }
        settings::duplicate_names(rules, &mut problems);
        shadow::check(&built, &mut problems);
        let warnings = problems.into_warnings()?;
        let rules = Self::new(built).map_err(|message| vec![Problem { field: "rules".to_owned(), message }])?;
        Ok((rules, warnings))
    }
}

/// `None` when there was a problem.
fn build_rule(
    index: usize,
    config: &RuleConfig,
    facts: Option<&BackendFacts>,
    ttl: Option<ExpiresIn>,
    problems: &mut ProblemsBelow<'_>,
) -> Option<Rule> {
    let condition = matcher::condition(&config.matcher, problems)?;
    lint::check(config, &condition, facts, problems);
    let guard = condition.guard().map_err(|message| problems.error("match", message)).ok()?;
    Some(Rule {
        name: config.name.clone(),
        index,
        guard,
        operations: config.methods.clone(),
        allow: config.allow.as_ref().map(Principals::new),
        deny: config.deny.as_ref().map(Principals::new),
        backend: config.backend.clone(),
        ttl: ttl?,
        response: ResponsePolicy::new(&config.response),
        rewrite: rewrite(config, &condition),
        check_exists: config.check_exists,
        delivery: config.delivery,
        condition,
    })
}

fn rewrite(config: &RuleConfig, condition: &Condition) -> Option<Rewrite> {
    let rewrite = config.rewrite.as_ref()?;
    Some(Rewrite::new(rewrite.bucket.clone(), rewrite.prefix.as_deref(), condition.place.prefix.clone()))
}
