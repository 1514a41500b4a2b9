//! Rules: who may do what with which objects.
//!
//! [`RuleSet::build`] checks the configuration and reports every problem at once. [`RuleSet::find`] gives the first
//! rule that matches an object; [`Match::authorize`] asks that rule about a caller and an operation; and a [`Grant`]
//! is the proof that it agreed, which nothing else can make. All of it is pure.
//!
//! # What a pattern matches
//! The storage URL as ClearML writes it, scheme and all, with the key literal: `s3://bucket/run%3A1/a b.png`. Globs and
//! regular expressions match the whole of it, those of `match_sets` are searched for in it; case counts. `?`, `.` and
//! character classes match one character, however many bytes it has. In a glob only `**` crosses a `/`.
//! `bucket` and `prefix` look at the object itself instead, whatever the URL's scheme and host.
//!
//! # How
//! The patterns of all rules are one automaton, which prefers the earlier of two that match: the cost of a match hardly
//! depends on the number of rules. What one automaton cannot say, such as two patterns that both have to match, is
//! checked where it found the first of them.
//!
//! Globs are translated here, and not by globset: there `?` and classes match bytes, a class may match a `/`, and an
//! error has no position. globset is what the tests compare with, wherever the two agree.

mod automaton;
mod build;
mod condition;
mod coverage;
mod explain;
mod facts;
pub(crate) mod glob;
mod grant;
mod pattern;
mod portable;
mod prefix;
mod principals;
mod response;
mod rewrite;
mod rule;
mod set;

pub use coverage::{Coverage, Difference, Note, Reach, StoreName};
pub use explain::{Explanation, Verdict};
pub use facts::BackendFacts;
pub use grant::{Grant, Match, Refusal};
pub(crate) use response::is_unsafe_type;
pub use rule::Rule;
pub use set::RuleSet;
