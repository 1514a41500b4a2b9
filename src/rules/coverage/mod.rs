//! Which URLs the rules could allow, as ClearML `match_sets`: for the WebApp, which asks the gateway about what these
//! match, and about nothing else.
//!
//! A match set is a list of expressions that all have to be found in the URL; one of several sets is enough. So each
//! rule becomes one set for every combination of its alternatives, and what its backend serves is one more expression.
//! There is no "but not": what a rule refuses, and to whom, is left to the gateway, and said in a [`Note`].

mod reach;
mod scribe;

use std::{collections::BTreeMap, fmt};

pub use self::reach::{Reach, StoreName};
use self::scribe::Scribe;
use super::set::RuleSet;

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
