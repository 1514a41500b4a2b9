//! What can go wrong when a signer is built, and when it signs.

use std::{fmt, time::Duration};

use crate::Operation;

/// One thing that is wrong in a backend's part of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The path of the field below the backend, such as `credentials.secret_key`; empty for the backend as a whole.
    pub field: String,
    /// What is wrong and what to do, without any secret.
    pub message: String,
}

/// A backend's configuration does not make a signer. Holds every problem that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BuildError {
    /// All that is wrong; at least one.
    pub problems: Vec<Problem>,
}

impl BuildError {
    /// One problem at one field.
    #[must_use]
    pub fn at(field: impl Into<String>, message: impl Into<String>) -> Self {
        Self { problems: vec![Problem { field: field.into(), message: message.into() }] }
    }

    /// Joins two.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.problems.extend(other.problems);
        self
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(f, "{separator}{}: {}", problem.field, problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for BuildError {}

/// A request was not signed. Messages hold no secret, and nothing that came from a token service but its own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignError {
    /// The backend cannot sign this operation at all.
    #[error("the backend does not sign {0}")]
    Unsupported(Operation),
    /// The backend cannot put this response header into a signature.
    #[error("the backend cannot override a response header: {0}")]
    UnsupportedOverride(&'static str),
    /// The backend cannot put the caller's name into a signature.
    #[error("the backend cannot attribute links to callers")]
    UnsupportedAttribution,
    /// The location is not one that this signer serves.
    #[error("the backend does not serve this location: {0}")]
    NotServed(String),
    /// The store's credentials are missing, refused or unusable: somebody has to mend the configuration.
    #[error("the backend's credentials do not work: {0}")]
    Credentials(String),
    /// The credential ends too soon for a link that is worth handing out, or a token service is down: try again later.
    #[error("the backend cannot sign now: {message}")]
    Unavailable {
        /// What is down.
        message: String,
        /// When to try again.
        retry_after: Option<Duration>,
    },
    /// The signer itself failed.
    #[error("signing failed: {0}")]
    Internal(String),
}
