//! Why there is no link. Knows nothing of HTTP: `web::problem` gives each cause its status.

use std::time::Duration;

use presign_core::{Operation, SignError};

use crate::{
    auth::AuthError,
    delivery::NoLinks,
    lifetime::{Bound, TooShort},
    metrics::Outcome,
    request::InvalidRequest,
    rules,
};

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
    /// The store refused a request of the gateway's own. The text is for the log.
    Store(String),
    /// Something that has to be asked is down. The text is for the log.
    Unavailable {
        /// What is down.
        message: String,
        /// When to try again.
        retry_after: Option<Duration>,
    },
    /// The caller, or all callers together, asked for too much in a time; after this time there is more.
    RateLimited(Duration),
    /// The gateway failed. The text is for the log.
    Internal(String),
}

impl Refusal {
    /// Why, for log and audit: more than a caller is told.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::BackendCredentials(cause)
            | Self::Store(cause)
            | Self::Internal(cause)
            | Self::Unavailable { message: cause, .. } => cause,
            Self::Forbidden(cause) | Self::Override(cause) => cause,
            Self::Unauthenticated(error) => error.label(),
            Self::Invalid(_) => "the request is malformed",
            Self::Method(_) => "the rule does not list the method",
            Self::NotFound => "the object does not exist, or the store's key may not see it",
            Self::RateLimited(_) => "too many links were asked for",
        }
    }

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
            Self::Store(_) => Outcome::Store,
            Self::Unavailable { .. } => Outcome::Unavailable,
            Self::RateLimited(_) => Outcome::RateLimited,
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

impl From<NoLinks> for Refusal {
    fn from(_: NoLinks) -> Self {
        Self::Override(
            "objects of this rule come from the gateway itself, and it gives no links to them: ask without JSON",
        )
    }
}

impl From<TooShort> for Refusal {
    fn from(error: TooShort) -> Self {
        match error.bound {
            // Logging in again mends it.
            Bound::Token => Self::Unauthenticated(AuthError::Expired),
            _ => Self::Unavailable { message: error.to_string(), retry_after: None },
        }
    }
}

impl From<SignError> for Refusal {
    fn from(error: SignError) -> Self {
        match error {
            SignError::NotServed(message) => {
                tracing::info!(reason = %message, "a rule's backend does not serve what the rule matches");
                Self::Forbidden("the backend does not serve the location")
            }
            SignError::Unsupported(_) => Self::Forbidden("the backend does not sign the operation"),
            SignError::UnsupportedOverride(message) => Self::Override(message),
            SignError::Credentials(message) => Self::BackendCredentials(message),
            SignError::Unavailable { message, retry_after } => Self::Unavailable { message, retry_after },
            other => Self::Internal(other.to_string()),
        }
    }
}
