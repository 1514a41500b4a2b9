//! Many patterns, one pass.

use regex_automata::{Anchored, Input, MatchKind, PatternSet, meta::Regex, nfa::thompson::WhichCaptures};

use super::pattern;

/// How large the automaton of all rules together may be, in bytes.
const LARGEST: usize = 256 * 1024 * 1024;

/// How much memory a thread may take to remember the automaton's states, by number of patterns, in bytes.
const MEMORY_PER_PATTERN: usize = 16 * 1024;
const LEAST_MEMORY: usize = 2 * 1024 * 1024;
const MOST_MEMORY: usize = 64 * 1024 * 1024;

/// The patterns of many rules. Each is anchored at its start.
#[derive(Debug)]
pub(super) struct Automaton {
    /// Prefers the first pattern of those that match.
    first: Regex,
    /// Finds all that match; only where that is ever asked for.
    all: Option<Regex>,
    /// The rules that the patterns belong to, ascending.
    rules: Vec<usize>,
}

impl Automaton {
    /// From rules and their patterns, in the order of the rules.
    pub(super) fn build(entries: &[(usize, String)], with_all: bool) -> Result<Self, String> {
        let patterns: Vec<&str> = entries.iter().map(|(_, pattern)| pattern.as_str()).collect();
        let first = compile(&patterns, MatchKind::LeftmostFirst)?;
        let all = if with_all { Some(compile(&patterns, MatchKind::All)?) } else { None };
        Ok(Self { first, all, rules: entries.iter().map(|(rule, _)| *rule).collect() })
    }

    /// The first rule whose pattern matches.
    pub(super) fn first(&self, text: &str) -> Option<usize> {
        let found = self.first.search_half(&Input::new(text).anchored(Anchored::Yes))?;
        self.rules.get(found.pattern().as_usize()).copied()
    }

    /// All rules whose patterns match, in order.
    pub(super) fn all(&self, text: &str) -> impl Iterator<Item = usize> {
        let mut found = PatternSet::new(self.rules.len());
        if let Some(all) = &self.all {
            all.which_overlapping_matches(&Input::new(text).anchored(Anchored::Yes), &mut found);
        }
        let matches = move |(pattern, rule): (usize, &usize)| is_among(&found, pattern).then_some(*rule);
        self.rules.iter().enumerate().filter_map(matches)
    }
}

fn is_among(found: &PatternSet, pattern: usize) -> bool {
    regex_automata::PatternID::new(pattern).is_ok_and(|pattern| found.contains(pattern))
}

fn compile(patterns: &[&str], kind: MatchKind) -> Result<Regex, String> {
    let memory = patterns.len().saturating_mul(MEMORY_PER_PATTERN).clamp(LEAST_MEMORY, MOST_MEMORY);
    let config = Regex::config()
        .match_kind(kind)
        .which_captures(WhichCaptures::Implicit)
        .nfa_size_limit(Some(LARGEST))
        .hybrid_cache_capacity(memory);
    Regex::builder().syntax(pattern::syntax()).configure(config).build_many(patterns).map_err(|error| {
        let limit =
            error.size_limit().map(|_| "the rules together are too large to compile: use fewer or simpler patterns");
        limit.map_or_else(|| error.to_string(), str::to_owned)
    })
}
