//! What a rule's `match` says, in one shape for all kinds.

use presign_core::ObjectLocation;
use regex_automata::meta::Regex;

use super::{
    pattern::{self, Pattern},
    prefix::KeyPrefix,
};

/// What has to be true of an object for a rule to match: all of the clauses, of one spelling of its URL, and the place.
#[derive(Debug, Clone, Default)]
pub(super) struct Condition {
    pub(super) clauses: Vec<Clause>,
    pub(super) place: Place,
}

/// Patterns of one kind, as in `glob: […]`: one of the alternatives has to match, with all of its patterns.
#[derive(Debug, Clone)]
pub(super) struct Clause {
    /// The kind, as it is called in the configuration.
    pub(super) kind: &'static str,
    pub(super) alternatives: Vec<Vec<Pattern>>,
}

/// Bucket and prefix.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(super) struct Place {
    pub(super) bucket: Option<String>,
    pub(super) prefix: Option<KeyPrefix>,
}

/// What the automaton of all rules looks for on behalf of this rule.
#[derive(Debug)]
pub(super) enum Entry {
    /// This, in the URL.
    Url {
        /// A text that every match starts with.
        head: String,
        /// The whole of it.
        regex: String,
    },
    /// This, in `bucket/key`.
    Object(String),
}

impl Condition {
    /// A regular expression that matches every text that the condition is true of, and, unless there is a guard, no
    /// other.
    pub(super) fn entry(&self) -> Entry {
        match self.clauses.first() {
            Some(clause) => Entry::Url { head: clause.head(), regex: clause.regex() },
            None => Entry::Object(self.place.regex()),
        }
    }

    /// What is left to check where the entry matched; `None` when the entry says it all.
    pub(super) fn guard(&self) -> Result<Option<Guard>, String> {
        let said = match self.clauses.as_slice() {
            [] => true,
            [clause] => clause.is_flat() && self.place == Place::default(),
            _ => false,
        };
        if said { Ok(None) } else { Guard::new(self).map(Some) }
    }

    /// Why the condition is not true, for a reader; `None` when it is true. Compiles what it needs: not for every day.
    pub(super) fn mismatch(&self, spellings: &[&str], location: &ObjectLocation) -> Option<String> {
        if let Some(mismatch) = self.place.mismatch(location) {
            return Some(mismatch);
        }
        let mut mismatches = spellings.iter().map(|spelling| {
            let failing: Vec<String> =
                self.clauses.iter().filter(|clause| !clause.matches(spelling)).map(Clause::describe).collect();
            (!failing.is_empty()).then(|| failing.join("; "))
        });
        let first =
            mismatches.next().unwrap_or_else(|| Some("the URL does not end in its bucket and key".to_owned()))?;
        mismatches.all(|mismatch| mismatch.is_some()).then_some(first)
    }
}

impl Clause {
    /// Whether every alternative is a single pattern.
    pub(super) fn is_flat(&self) -> bool {
        self.alternatives.iter().all(|patterns| patterns.len() == 1)
    }

    /// Matches wherever the clause does; elsewhere too, where an alternative has more than one pattern.
    fn regex(&self) -> String {
        self.firsts().map(Pattern::regex).collect::<Vec<_>>().join("|")
    }

    /// What all matches start with.
    fn head(&self) -> String {
        let heads = self.firsts().map(|pattern| pattern.head().to_owned());
        heads.reduce(|all, head| common_start(&all, &head)).unwrap_or_default()
    }

    fn firsts(&self) -> impl Iterator<Item = &Pattern> {
        self.alternatives.iter().filter_map(|patterns| patterns.first())
    }

    fn matches(&self, spelling: &str) -> bool {
        CompiledClause::new(self).is_ok_and(|clause| clause.matches(spelling))
    }

    fn describe(&self) -> String {
        let alternatives: Vec<String> = self
            .alternatives
            .iter()
            .map(|patterns| patterns.iter().map(Pattern::source).collect::<Vec<_>>().join(" and "))
            .collect();
        format!("{} does not match: {}", self.kind, alternatives.join(", "))
    }
}

fn common_start(one: &str, other: &str) -> String {
    one.chars().zip(other.chars()).take_while(|(a, b)| a == b).map(|(character, _)| character).collect()
}

impl Place {
    pub(super) fn contains(&self, location: &ObjectLocation) -> bool {
        self.bucket.as_deref().is_none_or(|bucket| bucket == location.bucket())
            && self.prefix.as_ref().is_none_or(|prefix| prefix.rest(location.key().as_str()).is_some())
    }

    fn regex(&self) -> String {
        let bucket = self.bucket.as_deref().map_or_else(|| "(?-u:[^/]*)".to_owned(), regex::escape);
        let key = self.prefix.as_ref().map_or_else(|| "(?s-u:.*)".to_owned(), KeyPrefix::regex);
        format!(r"\A{bucket}/{key}\z")
    }

    fn mismatch(&self, location: &ObjectLocation) -> Option<String> {
        if self.contains(location) {
            return None;
        }
        let place = Self { prefix: None, ..self.clone() };
        if let (false, Some(bucket)) = (place.contains(location), &self.bucket) {
            return Some(format!("the bucket is '{}', not '{bucket}'", location.bucket()));
        }
        self.prefix.as_ref().map(|prefix| format!("the key is not {}", prefix.describe()))
    }
}

/// A condition, compiled alone.
#[derive(Debug)]
pub(super) struct Guard {
    clauses: Vec<CompiledClause>,
    place: Place,
}

impl Guard {
    fn new(condition: &Condition) -> Result<Self, String> {
        // A flat first clause is what the entry has found already.
        let found = usize::from(condition.clauses.first().is_some_and(Clause::is_flat));
        let clauses = condition.clauses.iter().skip(found).map(CompiledClause::new).collect::<Result<_, _>>()?;
        Ok(Self { clauses, place: condition.place.clone() })
    }

    pub(super) fn holds(&self, spelling: &str, location: &ObjectLocation) -> bool {
        self.place.contains(location) && self.clauses.iter().all(|clause| clause.matches(spelling))
    }
}

#[derive(Debug)]
struct CompiledClause(Vec<Vec<Regex>>);

impl CompiledClause {
    fn new(clause: &Clause) -> Result<Self, String> {
        let compile = |patterns: &Vec<Pattern>| patterns.iter().map(pattern::compile).collect::<Result<_, _>>();
        clause.alternatives.iter().map(compile).collect::<Result<_, _>>().map(Self)
    }

    fn matches(&self, spelling: &str) -> bool {
        self.0.iter().any(|patterns| patterns.iter().all(|pattern| pattern.is_match(spelling)))
    }
}
