//! Which URLs the rules could allow, as ClearML `match_sets`: for the WebApp, which asks the gateway about what these
//! match, and about nothing else.
//!
//! A match set is a list of expressions that all have to be found in the URL; one of several sets is enough. So each
//! rule becomes one set for every combination of its alternatives, and what its backend serves is one more expression.
//! There is no "but not": what a rule refuses, and to whom, is left to the gateway, and said in a [`Note`].

mod reach;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use presign_core::{Operation, Scheme};

use self::reach::Lead;
pub use self::reach::{Reach, StoreName};
use super::{
    condition::{Clause, Condition, Place},
    glob,
    pattern::Pattern,
    portable::{foreign, literal, one_of, to_the_end},
    rule::Rule,
    set::RuleSet,
};

/// How many sets one rule may become.
const MOST_SETS: usize = 200;

/// The sets, and what they do not say.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Coverage {
    /// The expressions of each set.
    pub sets: Vec<Vec<String>>,
    /// Where sets and rules differ.
    pub notes: Vec<Note>,
}

/// Something to know of the sets and a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The rule's name.
    pub rule: String,
    /// Which way they differ.
    pub kind: Difference,
    /// What it is.
    pub message: String,
}

/// Which way sets and rules differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difference {
    /// The sets match URLs that the rules refuse, always or for some callers: the gateway refuses them.
    More,
    /// URLs that the rules allow are not matched: the WebApp does not ask the gateway about them.
    Less,
    /// They agree here, and maybe not where regular expressions are read otherwise.
    Dialect,
    /// They agree: what is left out is never allowed to anybody.
    None,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule {}: {}", self.rule, self.message)
    }
}

impl RuleSet {
    /// The sets that match what the rules could allow to somebody to read, by what each backend serves.
    ///
    /// They match storage URLs in the spelling that [`presign_core::ObjectLocation`] displays: scheme and host in lower
    /// case, `https://` URLs of stores not at all.
    #[must_use]
    pub fn coverage(&self, reaches: &BTreeMap<String, Reach>) -> Coverage {
        let mut coverage = Coverage::default();
        let names = reaches.values().flat_map(|reach| &reach.names);
        let hosts = names.flat_map(|name| name.aliases.iter().map(|alias| (name.scheme, alias.clone()))).collect();
        for (index, rule) in self.rules().iter().enumerate() {
            let is_last = index + 1 == self.rules().len();
            let mut scribe = Scribe { rule, hosts: &hosts, coverage: &mut coverage };
            match rule.backend().map(|backend| reaches.get(backend)) {
                None if is_last => {}
                None => scribe.note(
                    Difference::More,
                    "refuses what it matches, and match_sets cannot: what a later rule would allow of it is asked for, \
                     and refused by the gateway",
                ),
                Some(reach) => scribe.add(reach.unwrap_or(&Reach::default())),
            }
        }
        coverage
    }
}

/// Writes down one rule.
struct Scribe<'a> {
    rule: &'a Rule,
    hosts: &'a BTreeSet<(Scheme, String)>,
    coverage: &'a mut Coverage,
}

impl Scribe<'_> {
    fn note(&mut self, kind: Difference, message: impl Into<String>) {
        let note = Note { rule: self.rule.name().to_owned(), kind, message: message.into() };
        if !self.coverage.notes.contains(&note) {
            self.coverage.notes.push(note);
        }
    }

    fn add(&mut self, reach: &Reach) {
        if !self.rule.methods().iter().any(|method| matches!(method, Operation::Get | Operation::Head)) {
            return self.note(Difference::None, "left out: the WebApp only reads, and the rule allows no GET");
        }
        if self.rule.allow.as_ref().is_some_and(super::principals::Principals::are_nobody) {
            return self.note(Difference::None, "left out: its 'allow' names nobody");
        }
        if self.rule.allow.is_some() || self.rule.deny.is_some() {
            self.note(
                Difference::More,
                "is for some callers only, and match_sets are for all: the others' requests are refused by the gateway",
            );
        }
        let Condition { clauses, place } = &self.rule.condition;
        let rewritten = self.rule.rewrite.as_ref().is_some_and(super::rewrite::Rewrite::changes_bucket);
        if !reach.serves(place, rewritten) {
            return self.note(Difference::None, "left out: its backend does not serve the bucket");
        }
        let combinations = combinations(clauses);
        if combinations.len() > MOST_SETS {
            self.note(
                Difference::More,
                format!("is more than {MOST_SETS} sets: all that its backend serves is covered"),
            );
            return self.push(vec![reach.regex(place, rewritten).unwrap_or_else(|| "://".to_owned())]);
        }
        for patterns in combinations {
            self.add_set(&patterns, reach, place, rewritten);
        }
    }

    fn add_set(&mut self, patterns: &[(&'static str, &Pattern)], reach: &Reach, place: &Place, rewritten: bool) {
        let mut is_placed = false;
        let is_alone = patterns.len() == 1;
        let mut set = Vec::new();
        for (kind, pattern) in patterns {
            let lead = reach.lead(pattern.head(), self.hosts);
            if !reach.names.is_empty() && lead == Lead::Nowhere {
                return self.note(Difference::None, format!("'{}' left out: not of its backend", pattern.source()));
            }
            let length = match &lead {
                Lead::Store { length, .. } => *length,
                _ => pattern.head().find("://").map_or(0, |scheme| scheme + 3),
            };
            let says_where = lead == Lead::Bucket || (is_alone && matches!(lead, Lead::Store { .. }));
            let settled = says_where && *place == Place::default();
            match reach.serves_bucket(pattern.head(), length).filter(|_| settled && !rewritten) {
                Some(false) => {
                    let message = format!("'{}' left out: its backend does not serve the bucket", pattern.source());
                    return self.note(Difference::None, message);
                }
                Some(true) => is_placed = true,
                None => is_placed |= settled && rewritten,
            }
            let regex = self.regex(kind, pattern, &lead, reach, is_alone);
            self.check_dialect(kind, &regex);
            // What matches everything says nothing.
            set.extend(Some(regex).filter(|regex| regex != "^"));
        }
        if !is_placed && let Some(regex) = reach.regex(place, rewritten) {
            if place.bucket.is_none() && reach.takes_hosts_for_buckets(self.hosts) {
                let message = "covers URLs that name the host of another backend, without a port, as their bucket";
                self.note(Difference::More, message);
            }
            set.insert(0, regex);
        }
        if reach.names.is_empty() {
            self.note(Difference::More, "its backend does not say what it serves: any store's URLs are covered");
        }
        if set.is_empty() {
            set.push("://".to_owned());
        }
        self.push(set);
    }

    fn push(&mut self, set: Vec<String>) {
        if !self.coverage.sets.contains(&set) {
            self.coverage.sets.push(set);
        }
    }

    /// A pattern, with all names of the store that it names.
    fn regex(&mut self, kind: &str, pattern: &Pattern, lead: &Lead, reach: &Reach, is_alone: bool) -> String {
        if let (Lead::Store { prefixes, length }, true) = (lead, is_alone) {
            let prefixes: Vec<String> = prefixes.iter().map(|prefix| literal(prefix)).collect();
            let rest = pattern.source_after(*length);
            return match kind {
                "match_sets" => format!("^{}{rest}", one_of(&prefixes)),
                "glob" => to_the_end(&format!("^{}{}", one_of(&prefixes), glob::to_portable_regex(rest))),
                _ => to_the_end(&format!("^{}{}", one_of(&prefixes), without_end(rest))),
            };
        }
        if reach.starts().iter().any(|names| pattern.tells_apart(names)) {
            let message =
                format!("'{}' covers a store by the name it is written with, not by its others", pattern.source());
            self.note(Difference::Less, message);
        }
        match kind {
            "match_sets" => pattern.source().to_owned(),
            "glob" => to_the_end(&format!("^{}", glob::to_portable_regex(pattern.source()))),
            _ => whole(pattern),
        }
    }

    fn check_dialect(&mut self, kind: &str, regex: &str) {
        if kind != "glob"
            && let Some(syntax) = foreign(regex)
        {
            let message = format!("its {kind} uses '{syntax}', which browsers and Python read otherwise or not at all");
            self.note(Difference::Dialect, message);
        }
    }
}

/// Every way to take one alternative of each clause; one empty way when there is no clause.
fn combinations(clauses: &[Clause]) -> Vec<Vec<(&'static str, &Pattern)>> {
    clauses.iter().fold(vec![Vec::new()], |ways, clause| {
        ways.iter()
            .take(MOST_SETS + 1)
            .flat_map(|way| {
                clause.alternatives.iter().map(|patterns| {
                    let more = patterns.iter().map(|pattern| (clause.kind, pattern));
                    way.iter().copied().chain(more).collect()
                })
            })
            .collect()
    })
}

/// A regular expression that has to match the whole, as one that is searched for.
fn whole(pattern: &Pattern) -> String {
    let source = pattern.source();
    if source.contains(['|', '(']) {
        let plain = !source.contains("(?") || source.matches("(?").count() == source.matches("(?:").count();
        // What a flag or a comment does to the text behind it ends with the expression.
        return if plain { format!("^(?:{source})$") } else { format!("^(?:{})$", pattern.normalized()) };
    }
    to_the_end(&format!("^{}", without_end(source.strip_prefix('^').unwrap_or(source))))
}

/// Without the anchor at its end.
fn without_end(regex: &str) -> &str {
    regex.strip_suffix('$').filter(|rest| !rest.ends_with('\\')).unwrap_or(regex)
}
