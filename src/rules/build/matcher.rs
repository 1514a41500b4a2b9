//! A rule's `match`.

use presign_core::{ObjectKey, ObjectLocation, Scheme};

use super::problems::ProblemsBelow;
use crate::{
    config::{MatchConfig, MatchSet, OneOrMany},
    rules::{
        condition::{Clause, Condition, Place},
        pattern::Pattern,
        prefix::KeyPrefix,
    },
};

type ReadPattern = fn(&str) -> Result<Pattern, String>;

/// The condition; `None` when something is wrong with it.
pub(super) fn condition(config: &MatchConfig, problems: &mut ProblemsBelow<'_>) -> Option<Condition> {
    let MatchConfig { glob, regex, bucket, prefix, match_sets } = config;
    let globs = glob.as_ref().map(|globs| clause("glob", globs, Pattern::glob, problems));
    let regexes = regex.as_ref().map(|regexes| clause("regex", regexes, Pattern::whole, problems));
    let sets = match_sets.as_ref().map(|sets| match_sets_clause(sets, problems));
    let place = place(bucket.as_deref(), prefix.as_deref(), problems);
    let clauses: Option<Vec<Clause>> = [globs, regexes, sets].into_iter().flatten().collect();
    let condition = Condition { clauses: clauses?, place: place? };
    if condition.clauses.is_empty() && condition.place == Place::default() {
        problems.error("match", "matches nothing: give glob, regex, bucket, prefix or match_sets (glob: '**' for all)");
        return None;
    }
    Some(condition)
}

/// The field of one of several patterns: `match.glob`, or `match.glob[1]` in a list.
pub(super) fn pattern_field(kind: &str, patterns: &OneOrMany, index: usize) -> String {
    match patterns {
        OneOrMany::One(_) => format!("match.{kind}"),
        OneOrMany::Many(_) => format!("match.{kind}[{index}]"),
    }
}

fn clause(
    kind: &'static str,
    patterns: &OneOrMany,
    read: ReadPattern,
    problems: &mut ProblemsBelow<'_>,
) -> Option<Clause> {
    let sources = patterns.as_slice();
    if sources.is_empty() {
        problems.error(&format!("match.{kind}"), "is an empty list, which nothing matches: leave it out");
    }
    let mut alternatives = Vec::with_capacity(sources.len());
    for (index, source) in sources.iter().enumerate() {
        let pattern = if source.is_empty() {
            Err("is empty, and no URL is: leave it out, or write ** for all".to_owned())
        } else {
            read(source)
        };
        match pattern {
            Ok(pattern) => alternatives.push(vec![pattern]),
            Err(message) => problems.error(&pattern_field(kind, patterns, index), message),
        }
    }
    (!sources.is_empty() && alternatives.len() == sources.len()).then_some(Clause { kind, alternatives })
}

fn match_sets_clause(sets: &[MatchSet], problems: &mut ProblemsBelow<'_>) -> Option<Clause> {
    if sets.is_empty() {
        problems.error("match.match_sets", "is an empty list, which nothing matches: leave it out");
        return None;
    }
    let alternatives: Vec<Option<Vec<Pattern>>> =
        sets.iter().enumerate().map(|(index, set)| match_set(index, set, problems)).collect();
    Some(Clause { kind: "match_sets", alternatives: alternatives.into_iter().collect::<Option<_>>()? })
}

fn match_set(index: usize, set: &MatchSet, problems: &mut ProblemsBelow<'_>) -> Option<Vec<Pattern>> {
    if set.rules.is_empty() {
        problems.error(&format!("match.match_sets[{index}].rules"), "is an empty list, which would match everything");
        return None;
    }
    let mut patterns = Vec::with_capacity(set.rules.len());
    for (position, rule) in set.rules.iter().enumerate() {
        let field = format!("match.match_sets[{index}].rules[{position}]");
        for (name, value) in [("field", &rule.field), ("obj_type", &rule.obj_type)] {
            if !value.is_empty() {
                problems.warning(
                    &format!("{field}.{name}"),
                    format!("'{value}' is not known here, where only the URL is: the regex alone decides"),
                );
            }
        }
        match Pattern::search(&rule.regex) {
            Ok(pattern) => patterns.push(pattern),
            Err(message) => problems.error(&format!("{field}.regex"), message),
        }
    }
    (patterns.len() == set.rules.len()).then_some(patterns)
}

fn place(bucket: Option<&str>, prefix: Option<&str>, problems: &mut ProblemsBelow<'_>) -> Option<Place> {
    let bucket_problem = bucket.and_then(|bucket| check_bucket(bucket).err());
    let prefix = prefix.map(KeyPrefix::parse).transpose();
    if let Some(message) = &bucket_problem {
        problems.error("match.bucket", message);
    }
    match prefix {
        Ok(prefix) if bucket_problem.is_none() => Some(Place { bucket: bucket.map(str::to_owned), prefix }),
        Ok(_) => None,
        Err(error) => {
            problems.error("match.prefix", format!("no key starts so: {error}"));
            None
        }
    }
}

/// Whether a text can be a bucket's name, tried with some key.
///
/// # Errors
/// Says why not.
pub(super) fn check_bucket(bucket: &str) -> Result<(), String> {
    let key = ObjectKey::parse("key").map_err(|error| error.to_string())?;
    ObjectLocation::new(Scheme::S3, None, bucket, key).map_err(|error| format!("'{bucket}': {error}"))?;
    Ok(())
}
