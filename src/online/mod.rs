//! Whether what a configuration names can be reached from here, and lets the gateway in: what `doctor` and
//! `check --online` tell.
//!
//! [`store`] asks token services and stores, and [`cors`] judges what stores tell the app's pages; [`apiserver`] asks the
//! ClearML apiserver, and [`validation`] and [`cookie`] say what its answers mean for this configuration.

mod apiserver;
mod cookie;
mod cors;
mod skew;
mod store;
mod validation;

use std::fmt;

pub use apiserver::observe as observe_apiserver;
pub use store::observe;

/// What was found out about one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observation {
    /// What was looked at.
    pub subject: String,
    /// Whether it is as it should be.
    pub state: State,
    /// What it is, and what to do.
    pub detail: String,
}

/// Whether something is as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is.
    Fine,
    /// Something will not work, or that could not be found out; what the gateway is for does.
    Doubtful,
    /// It is not: users will meet errors.
    Wrong,
}

impl Observation {
    pub(crate) fn new(subject: impl Into<String>, state: State, detail: impl Into<String>) -> Self {
        Self { subject: subject.into(), state, detail: detail.into() }
    }

    /// Whether it is as it should be.
    #[must_use]
    pub fn is_fine(&self) -> bool {
        self.state == State::Fine
    }
}

impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {}", self.subject, self.state, self.detail)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fine => "fine",
            Self::Doubtful => "DOUBTFUL",
            Self::Wrong => "NOT FINE",
        })
    }
}
