//! Why there is no link. Knows nothing of HTTP: `web::problem` gives each cause its status.

use std::time::Duration;

use presign_core::Operation;

use crate::{auth::AuthError, metrics::Outcome, request::InvalidRequest, rules};

/// Why there is no link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The request names no object, or a malformed one.
    Invalid(InvalidRequest),
    /// The rule's backend cannot send a response header as it was asked for, by the caller or by the rule.
    Override(&'static str),
    /// The caller is not known.
    Unauthenticated(AuthError),
    /// The caller may not. The reason is for the log, never for the caller.
    Forbidden(&'static str),
    /// The rule does not allow the operation, but these.
    Method(Vec<Operation>),
    /// The object is not there.
    NotFound,
    /// The store's credentials do not work. The text is for the log.
    BackendCredentials(String),
    /// Something that has to be asked is down. The text is for the log.
    Unavailable {
        /// What is down.
        message: String,
        /// When to try again.
        retry_after: Option<Duration>,
    },
    /// The gateway failed. The text is for the log.
    Internal(String),
}

impl Refusal {
    /// The word in metrics.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        match self {
            Self::Invalid(_) | Self::Override(_) => Outcome::InvalidRequest,
            Self::Unauthenticated(_) => Outcome::Unauthenticated,
            Self::Forbidden(_) => Outcome::Forbidden,
            Self::Method(_) => Outcome::MethodNotAllowed,
            Self::NotFound => Outcome::NotFound,
            Self::BackendCredentials(_) => Outcome::BackendCredentials,
            Self::Unavailable { .. } => Outcome::Unavailable,
            Self::Internal(_) => Outcome::Internal,
        }
    }
}

impl From<InvalidRequest> for Refusal {
    fn from(error: InvalidRequest) -> Self {
        Self::Invalid(error)
    }
}

impl From<AuthError> for Refusal {
    fn from(error: AuthError) -> Self {
        match error.retry_after() {
            Some(retry_after) => Self::Unavailable { message: error.reason(), retry_after: Some(retry_after) },
            None => Self::Unauthenticated(error),
        }
    }
}

impl From<rules::Refusal> for Refusal {
    fn from(refusal: rules::Refusal) -> Self {
        match refusal {
            rules::Refusal::Method { allowed } => Self::Method(allowed),
            other => Self::Forbidden(other.label()),
        }
    }
}
