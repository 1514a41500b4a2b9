//! Writes one rule down as match sets.

use std::collections::BTreeSet;

use presign_core::{Operation, Scheme};

use super::{Coverage, Difference, Note, Reach, reach::Lead};
use crate::rules::{
    condition::{Clause, Condition, Place},
    glob,
    pattern::Pattern,
    portable::{foreign, has_flags, literal, one_of, printable, to_the_end},
    principals::Principals,
    rewrite::Rewrite,
    rule::Rule,
};

/// How many sets one rule may become.
const MOST_SETS: usize = 200;
/// What is in every storage URL.
const ANYTHING: &str = "://";

/// Writes down one rule.
pub(super) struct Scribe<'a> {
    pub(super) rule: &'a Rule,
    /// The names of all stores of all backends.
    pub(super) hosts: &'a BTreeSet<(Scheme, String)>,
    pub(super) coverage: &'a mut Coverage,
}

/// A pattern, with the kind that it is written as.
type Worded<'a> = (&'static str, &'a Pattern);

/// Where a rule's objects have to be.
struct Aim<'a> {
    reach: &'a Reach,
    place: &'a Place,
    /// Whether the bucket is another one in the store.
    rewritten: bool,
}

/// Whether a pattern says by itself where the rule's objects are.
enum Placement {
    /// It does, and the backend serves that.
    Settled,
    Open,
    /// It does, and for this reason that is not the rule's.
    Elsewhere(&'static str),
}

impl Aim<'_> {
    fn placement(&self, pattern: &Pattern, lead: &Lead, is_alone: bool) -> Placement {
        let length = match lead {
            Lead::Nowhere if !self.reach.names.is_empty() => return Placement::Elsewhere("not of its backend"),
            Lead::Store { length, .. } if is_alone => *length,
            Lead::Bucket => pattern.head().find("://").map_or(0, |scheme| scheme + 3),
            _ => return Placement::Open,
        };
        match self.reach.serves_bucket(pattern.head(), length) {
            _ if *self.place != Place::default() => Placement::Open,
            _ if self.rewritten => Placement::Settled,
            Some(true) => Placement::Settled,
            Some(false) => Placement::Elsewhere("its backend does not serve the bucket"),
            None => Placement::Open,
        }
    }
}

impl Scribe<'_> {
    pub(super) fn note(&mut self, kind: Difference, message: impl Into<String>) {
        let note = Note { rule: self.rule.name().to_owned(), kind, message: message.into() };
        if !self.coverage.notes.contains(&note) {
            self.coverage.notes.push(note);
        }
    }

    pub(super) fn add(&mut self, reach: &Reach) {
        if !self.rule.methods().iter().any(|method| matches!(method, Operation::Get | Operation::Head)) {
            return self.note(Difference::None, "left out: the WebApp only reads, and the rule allows no GET");
        }
        if self.rule.allow.as_ref().is_some_and(Principals::are_nobody) {
            return self.note(Difference::None, "left out: its 'allow' names nobody");
        }
        if self.rule.allow.is_some() || self.rule.deny.is_some() {
            self.note(
                Difference::More,
                "is for some callers only, and match_sets are for all: the others' requests are refused by the gateway",
            );
        }
        let Condition { clauses, place } = &self.rule.condition;
        let rewritten = self.rule.rewrite.as_ref().is_some_and(Rewrite::changes_bucket);
        if !reach.serves(place, rewritten) {
            return self.note(Difference::None, "left out: its backend does not serve the bucket");
        }
        let aim = Aim { reach, place, rewritten };
        let combinations = combinations(clauses);
        if combinations.len() <= MOST_SETS {
            for patterns in &combinations {
                self.add_set(patterns, &aim);
            }
            return;
        }
        self.note(Difference::More, format!("is more than {MOST_SETS} sets: all that its backend serves is covered"));
        self.push(vec![reach.regex(place, rewritten).unwrap_or_else(|| ANYTHING.to_owned())]);
    }

    fn add_set(&mut self, patterns: &[Worded<'_>], aim: &Aim<'_>) {
        let is_alone = patterns.len() == 1;
        let mut is_placed = false;
        let mut set = Vec::new();
        for (kind, pattern) in patterns {
            let lead = aim.reach.lead(pattern.head(), self.hosts);
            match aim.placement(pattern, &lead, is_alone) {
                Placement::Elsewhere(why) => {
                    return self.note(Difference::None, format!("'{}' left out: {why}", pattern.source()));
                }
                Placement::Settled => is_placed = true,
                Placement::Open => {}
            }
            let regex = self.regex(kind, pattern, &lead, aim.reach, is_alone);
            self.check_dialect(kind, pattern, &regex);
            // What matches everything says nothing.
            set.extend(Some(regex).filter(|regex| regex != "^"));
        }
        if !is_placed && let Some(regex) = aim.reach.regex(aim.place, aim.rewritten) {
            if aim.place.bucket.is_none() && aim.reach.takes_hosts_for_buckets(self.hosts) {
                let message = "covers URLs that name the host of another backend, without a port, as their bucket";
                self.note(Difference::More, message);
            }
            set.insert(0, regex);
        }
        if aim.reach.names.is_empty() {
            self.note(Difference::More, "its backend does not say what it serves: any store's URLs are covered");
        }
        if set.is_empty() {
            set.push(ANYTHING.to_owned());
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

    fn check_dialect(&mut self, kind: &str, pattern: &Pattern, regex: &str) {
        if kind == "regex" && has_flags(pattern.source()) {
            let message = format!(
                "'{}' is written without its flags; characters beyond U+FFFF are for browsers only",
                pattern.source()
            );
            self.note(Difference::Dialect, message);
        } else if kind != "glob"
            && let Some(syntax) = foreign(regex)
        {
            let message = format!("its {kind} uses '{syntax}', which browsers and Python read otherwise or not at all");
            self.note(Difference::Dialect, message);
        }
    }
}

/// Every way to take one alternative of each clause; one empty way when there is no clause.
fn combinations(clauses: &[Clause]) -> Vec<Vec<Worded<'_>>> {
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
        // What a flag or a comment does to the text behind it ends with the expression.
        let flags = has_flags(source);
        return if flags { format!("^(?:{})$", printable(pattern.normalized())) } else { format!("^(?:{source})$") };
    }
    to_the_end(&format!("^{}", without_end(source.strip_prefix('^').unwrap_or(source))))
}

/// Without the anchor at its end.
fn without_end(regex: &str) -> &str {
    regex.strip_suffix('$').filter(|rest| !rest.ends_with('\\')).unwrap_or(regex)
}
