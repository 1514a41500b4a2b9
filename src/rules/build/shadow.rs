//! Rules that are never reached, because earlier ones take all that they match.
//!
//! Whether one pattern includes another is hard in general. Here it is decided where that is easy (the same pattern, the
//! same bucket, a prefix of a prefix, a glob that is literal up to a final `**`), and never guessed: every warning is
//! true.

use std::collections::{BTreeSet, HashMap};

use super::{lint, problems::Problems};
use crate::rules::{
    condition::{Condition, Place},
    pattern::Pattern,
    prefix::KeyPrefix,
    rule::Rule,
};

/// Warns of each rule that is never reached.
pub(super) fn check(rules: &[Rule], problems: &mut Problems) {
    let mut taken = Taken::default();
    for rule in rules {
        if let Some(by) = taken.covers(&rule.condition) {
            let earlier: Vec<String> = by
                .iter()
                .filter_map(|index| rules.iter().find(|rule| rule.index == *index))
                .map(|rule| format!("rules[{}] ({})", rule.index, rule.name))
                .collect();
            let message = format!("is never reached: {} takes all that it matches", earlier.join(" with "));
            problems.below(format!("rules[{}]", rule.index)).warning("match", message);
        }
        taken.add(rule);
    }
}

/// What the rules so far take, with the first rule that takes it.
#[derive(Default)]
struct Taken {
    /// Whole conditions.
    conditions: HashMap<String, usize>,
    /// All URLs that match a pattern.
    patterns: HashMap<String, usize>,
    /// All URLs that start with a text.
    heads: HashMap<String, usize>,
    /// All objects of a place.
    places: HashMap<Place, usize>,
}

impl Taken {
    fn add(&mut self, rule: &Rule) {
        let Condition { clauses, place } = &rule.condition;
        self.conditions.entry(identity(&rule.condition)).or_insert(rule.index);
        match clauses.as_slice() {
            [] => {
                self.places.entry(place.clone()).or_insert(rule.index);
            }
            [clause] if *place == Place::default() => {
                // An alternative of a single pattern is enough for the rule to match.
                for alternative in &clause.alternatives {
                    if let [pattern] = alternative.as_slice() {
                        self.add_pattern(pattern, rule.index);
                    }
                }
            }
            _ => {}
        }
    }

    fn add_pattern(&mut self, pattern: &Pattern, index: usize) {
        self.patterns.entry(pattern.regex().to_owned()).or_insert(index);
        if pattern.takes_all() {
            self.heads.entry(pattern.head().to_owned()).or_insert(index);
        }
    }

    /// The rules that together take all that a condition is true of.
    fn covers(&self, condition: &Condition) -> Option<BTreeSet<usize>> {
        let whole = self.conditions.get(&identity(condition)).or_else(|| self.heads.get(""));
        if let Some(index) = whole.or_else(|| self.covers_place(&condition.place)) {
            return Some(BTreeSet::from([*index]));
        }
        condition.clauses.iter().find_map(|clause| {
            clause.alternatives.iter().map(|patterns| patterns.iter().find_map(|it| self.covers_pattern(it))).try_fold(
                BTreeSet::new(),
                |mut all, by| {
                    all.extend(by?);
                    Some(all)
                },
            )
        })
    }

    fn covers_place(&self, place: &Place) -> Option<&usize> {
        let mut prefixes = vec![None];
        prefixes.extend(place.prefix.iter().flat_map(KeyPrefix::enclosing).map(Some));
        let buckets = [None, place.bucket.clone()];
        buckets
            .iter()
            .flat_map(|bucket| prefixes.iter().map(|prefix| Place { bucket: bucket.clone(), prefix: prefix.clone() }))
            .find_map(|enclosing| self.places.get(&enclosing))
    }

    fn covers_pattern(&self, pattern: &Pattern) -> Option<BTreeSet<usize>> {
        let head = pattern.head();
        let by_head = || head.char_indices().find_map(|(end, _)| self.heads.get(head.get(..end)?));
        if let Some(index) = self.patterns.get(pattern.regex()).or_else(by_head).or_else(|| self.heads.get(head)) {
            return Some(BTreeSet::from([*index]));
        }
        self.covers_starts(pattern)
    }

    /// A pattern whose text says little: by the schemes that it may match.
    fn covers_starts(&self, pattern: &Pattern) -> Option<BTreeSet<usize>> {
        let says_scheme = pattern.head().contains("://");
        let starts = if says_scheme || self.heads.is_empty() { Vec::new() } else { lint::url_starts(pattern) };
        let by: Option<BTreeSet<usize>> = starts.iter().map(|start| self.heads.get(*start).copied()).collect();
        by.filter(|by| !by.is_empty())
    }
}

/// The same for two conditions that are written alike.
fn identity(condition: &Condition) -> String {
    let clauses: Vec<BTreeSet<Vec<&str>>> = condition
        .clauses
        .iter()
        .map(|clause| clause.alternatives.iter().map(|all| all.iter().map(Pattern::regex).collect()).collect())
        .collect();
    format!("{clauses:?} {:?}", condition.place)
}
