//! Many patterns, one pass.
//!
//! The automaton is deterministic, and made while it runs. Its states are sets of rules that are still possible, so it is
//! small where the rules' first characters tell them apart (`s3://bucket-7/**`), and could grow without end where
//! hundreds of rules stay possible to the end of a URL (`**/run-7/**`). Those are kept apart, in parts of a few.

use std::collections::HashMap;

use regex_automata::{Anchored, Input, MatchKind, PatternID, PatternSet, meta::Regex, nfa::thompson::WhichCaptures};

use super::pattern;

/// How many patterns that start alike share a part.
const CROWD: usize = 64;

/// How large one part may be, in bytes.
const LARGEST: usize = 256 * 1024 * 1024;

/// How many bytes a thread may take to remember a part's states: so much for each pattern, within limits.
const MEMORY_PER_PATTERN: usize = 16 * 1024;
const LEAST_MEMORY: usize = 1024 * 1024;
const MOST_MEMORY: usize = 64 * 1024 * 1024;

/// A rule's pattern.
#[derive(Debug)]
pub(super) struct Entrant {
    /// The rule's index.
    pub(super) rule: usize,
    /// What every match starts with.
    pub(super) head: String,
    /// The pattern, anchored at its start.
    pub(super) regex: String,
}

/// The patterns of many rules.
#[derive(Debug)]
pub(super) struct Automaton(Vec<Part>);

impl Automaton {
    /// From patterns in the order of their rules.
    pub(super) fn build(entrants: &[Entrant], with_all: bool) -> Result<Self, String> {
        partition(entrants).iter().map(|part| Part::build(part, with_all)).collect::<Result<_, _>>().map(Self)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first rule whose pattern matches.
    pub(super) fn first(&self, text: &str) -> Option<usize> {
        self.0.iter().fold(None, |best: Option<usize>, part| {
            if best.is_some_and(|best| part.rules.first().is_some_and(|first| *first > best)) {
                return best;
            }
            best.into_iter().chain(part.first(text)).min()
        })
    }

    /// All rules whose patterns match, in order.
    pub(super) fn all(&self, text: &str) -> Vec<usize> {
        let mut rules: Vec<usize> = self.0.iter().flat_map(|part| part.all(text)).collect();
        rules.sort_unstable();
        rules
    }
}

/// Patterns that start like many others go to parts of a few; all others share one.
fn partition(entrants: &[Entrant]) -> Vec<Vec<&Entrant>> {
    let mut alike: HashMap<&str, Vec<&Entrant>> = HashMap::new();
    for entrant in entrants {
        alike.entry(&entrant.head).or_default().push(entrant);
    }
    let (crowds, others): (Vec<_>, Vec<_>) = alike.into_values().partition(|entrants| entrants.len() > CROWD);
    let mut parts: Vec<Vec<&Entrant>> =
        crowds.iter().flat_map(|crowd| crowd.chunks(CROWD)).map(<[_]>::to_vec).collect();
    let mut others = others.concat();
    others.sort_unstable_by_key(|entrant| entrant.rule);
    parts.push(others);
    parts.retain(|part| !part.is_empty());
    parts.sort_unstable_by_key(|part| part.first().map(|entrant| entrant.rule));
    parts
}

#[derive(Debug)]
struct Part {
    /// Prefers the first pattern of those that match.
    first: Regex,
    /// Finds all that match; only where that is ever asked for.
    all: Option<Regex>,
    /// The rules that the patterns belong to, ascending.
    rules: Vec<usize>,
}

impl Part {
    fn build(entrants: &[&Entrant], with_all: bool) -> Result<Self, String> {
        let first = compile(entrants, MatchKind::LeftmostFirst)?;
        let all = if with_all { Some(compile(entrants, MatchKind::All)?) } else { None };
        Ok(Self { first, all, rules: entrants.iter().map(|entrant| entrant.rule).collect() })
    }

    fn first(&self, text: &str) -> Option<usize> {
        let found = self.first.search_half(&Input::new(text).anchored(Anchored::Yes))?;
        self.rules.get(found.pattern().as_usize()).copied()
    }

    fn all(&self, text: &str) -> Vec<usize> {
        let mut found = PatternSet::new(self.rules.len());
        if let Some(all) = &self.all {
            all.which_overlapping_matches(&Input::new(text).anchored(Anchored::Yes), &mut found);
        }
        found.iter().filter_map(|pattern: PatternID| self.rules.get(pattern.as_usize()).copied()).collect()
    }
}

fn compile(entrants: &[&Entrant], kind: MatchKind) -> Result<Regex, String> {
    let patterns: Vec<&str> = entrants.iter().map(|entrant| entrant.regex.as_str()).collect();
    let memory = patterns.len().saturating_mul(MEMORY_PER_PATTERN).clamp(LEAST_MEMORY, MOST_MEMORY);
    let config = Regex::config()
        .match_kind(kind)
        .which_captures(WhichCaptures::Implicit)
        .nfa_size_limit(Some(LARGEST))
        .hybrid_cache_capacity(memory);
    Regex::builder().syntax(pattern::syntax()).configure(config).build_many(&patterns).map_err(|error| {
        let too_large = "the rules together are too large to compile: use fewer or simpler patterns";
        error.size_limit().map_or_else(|| error.to_string(), |_| too_large.to_owned())
    })
}
