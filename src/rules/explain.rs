//! What every rule makes of an object, for people.

use presign_core::ObjectLocation;

use super::rule::Rule;

/// What one rule makes of an object.
#[derive(Debug)]
pub struct Explanation<'r> {
    /// The rule.
    pub rule: &'r Rule,
    /// Whether it matches.
    pub verdict: Verdict,
}

/// Whether a rule matches an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is the first that does: it decides.
    Matches,
    /// It would, but an earlier rule decides.
    ComesLater,
    /// It does not, because of this.
    Differs(String),
}

/// Goes through the rules one by one: slower than asking the rule set, and a second opinion on it.
pub(super) fn explain<'r>(rules: &'r [Rule], spellings: &[&str], location: &ObjectLocation) -> Vec<Explanation<'r>> {
    let mut decided = false;
    let mut judge = |rule: &Rule| match rule.condition.mismatch(spellings, location) {
        Some(mismatch) => Verdict::Differs(mismatch),
        None if std::mem::replace(&mut decided, true) => Verdict::ComesLater,
        None => Verdict::Matches,
    };
    rules.iter().map(|rule| Explanation { rule, verdict: judge(rule) }).collect()
}
