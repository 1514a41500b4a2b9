//! All rules, ready to be asked.

use std::fmt;

use presign_core::ObjectLocation;

use super::{
    automaton::{Automaton, Entrant},
    condition::Entry,
    explain::{Explanation, explain},
    grant::Match,
    rule::Rule,
};

/// The rules of one configuration. Immutable.
pub struct RuleSet {
    rules: Vec<Rule>,
    /// Over URLs, for the rules that have patterns.
    urls: Automaton,
    /// Over `bucket/key`, for the rules that have none. These match without a guard.
    objects: Automaton,
}

impl RuleSet {
    /// From rules in their order.
    pub(super) fn new(rules: Vec<Rule>) -> Result<Self, String> {
        let (mut urls, mut objects) = (Vec::new(), Vec::new());
        for rule in &rules {
            match rule.condition.entry() {
                Entry::Url { head, regex } => urls.push(Entrant { rule: rule.index, head, regex }),
                Entry::Object(regex) => objects.push(Entrant { rule: rule.index, head: regex.clone(), regex }),
            }
        }
        let guarded = rules.iter().any(|rule| rule.guard.is_some());
        Ok(Self { urls: Automaton::build(&urls, guarded)?, objects: Automaton::build(&objects, false)?, rules })
    }

    /// The rules, in their order.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The first rule that matches the object, if any does. What no rule matches is refused.
    ///
    /// `spellings` are storage URLs that all name the object at `location`, usually one. A rule matches when it matches
    /// one of them. A spelling that does not end in the location's bucket and key names something else: it is left out,
    /// and without any other nothing matches.
    #[must_use]
    pub fn find<'r, S: AsRef<str>>(&'r self, spellings: &[S], location: &'r ObjectLocation) -> Option<Match<'r>> {
        let any = honest(spellings, location).next()?;
        let by_url = honest(spellings, location).filter_map(|spelling| self.find_url(spelling, location));
        let by_place = if self.objects.is_empty() { None } else { self.objects.first(object(any, location)?) };
        let index = by_url.chain(by_place).min()?;
        self.rules.get(index).map(|rule| Match::new(rule, location))
    }

    /// What every rule makes of the object, in order.
    #[must_use]
    pub fn explain<S: AsRef<str>>(&self, spellings: &[S], location: &ObjectLocation) -> Vec<Explanation<'_>> {
        explain(&self.rules, &honest(spellings, location).collect::<Vec<_>>(), location)
    }

    fn find_url(&self, spelling: &str, location: &ObjectLocation) -> Option<usize> {
        let matches = |index: &usize| {
            let guard = self.rules.get(*index).map(|rule| &rule.guard);
            guard.is_some_and(|guard| guard.as_ref().is_none_or(|guard| guard.holds(spelling, location)))
        };
        let first = self.urls.first(spelling)?;
        if matches(&first) { Some(first) } else { self.urls.all(spelling).into_iter().find(matches) }
    }
}

/// `bucket/key`, which ends every honest spelling.
fn object<'s>(spelling: &'s str, location: &ObjectLocation) -> Option<&'s str> {
    let length = location.bucket().len() + 1 + location.key().as_str().len();
    spelling.get(spelling.len().checked_sub(length)?..)
}

/// The spellings that end in `/bucket/key`.
fn honest<'s, S: AsRef<str>>(spellings: &'s [S], location: &ObjectLocation) -> impl Iterator<Item = &'s str> {
    spellings.iter().map(AsRef::as_ref).filter(|spelling| {
        let bucket = spelling.strip_suffix(location.key().as_str()).and_then(|rest| rest.strip_suffix('/'));
        bucket.and_then(|rest| rest.strip_suffix(location.bucket())).is_some_and(|rest| rest.ends_with('/'))
    })
}

impl fmt::Debug for RuleSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.rules).finish()
    }
}
