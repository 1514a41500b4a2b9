//! How one kind of credential is fetched.

use std::{fmt, time::Duration};

use async_trait::async_trait;
use presign_core::{CredentialInfo, RefreshOutcome, SignError, Timestamp};

/// Fetches a credential. The cache calls it, one call at a time.
#[async_trait]
pub trait CredentialSource: fmt::Debug + Send + Sync + 'static {
    /// What signs. Its `Debug` shows no secret.
    type Credential: fmt::Debug + Send + Sync + 'static;

    /// Fetches one. `now` is the time of day.
    ///
    /// # Errors
    /// Why there is none.
    async fn fetch(&self, now: Timestamp) -> Result<Fetched<Self::Credential>, FetchError>;

    /// Whether two are one and the same: some services hand out one credential until shortly before its end. Links
    /// stay the same with it.
    fn is_same(&self, _one: &Self::Credential, _other: &Self::Credential) -> bool {
        false
    }
}

/// What a source got.
#[derive(Debug, Clone)]
pub struct Fetched<C> {
    /// The credential.
    pub credential: C,
    /// A signature must not be dated earlier.
    pub not_before: Option<Timestamp>,
    /// When the credential ends; `None` when it does not.
    pub expires_at: Option<Timestamp>,
    /// When to look for another one, where that is not to follow from `expires_at`: a key in a file that may change.
    pub refresh_after: Option<Duration>,
}

impl<C> Fetched<C> {
    /// A credential that does not end.
    pub const fn permanent(credential: C) -> Self {
        Self { credential, not_before: None, expires_at: None, refresh_after: None }
    }

    /// A credential that was issued at one time, and ends at another.
    pub const fn temporary(credential: C, not_before: Timestamp, expires_at: Timestamp) -> Self {
        Self { credential, not_before: Some(not_before), expires_at: Some(expires_at), refresh_after: None }
    }
}

/// There is no credential. Messages hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The service refused, or the configuration leads to none: somebody has to mend something.
    #[error("{0}")]
    Refused(String),
    /// The service did not answer, or asked to come back later.
    #[error("{message}")]
    Unavailable {
        /// What is down.
        message: String,
        /// When it asked to be asked again.
        retry_after: Option<Duration>,
    },
}

impl FetchError {
    /// The service did not answer as one.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::Unavailable { message: message.into(), retry_after: None }
    }

    /// The word for metrics.
    #[must_use]
    pub const fn outcome(&self) -> RefreshOutcome {
        match self {
            Self::Refused(_) => RefreshOutcome::Refused,
            Self::Unavailable { .. } => RefreshOutcome::Unavailable,
        }
    }

    pub(crate) const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Refused(_) => None,
            Self::Unavailable { retry_after, .. } => *retry_after,
        }
    }
}

impl From<FetchError> for SignError {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Refused(message) => Self::Credentials(message),
            FetchError::Unavailable { message, retry_after } => Self::Unavailable { message, retry_after },
        }
    }
}

/// For a credential that is got with another one.
impl From<SignError> for FetchError {
    fn from(error: SignError) -> Self {
        match error {
            SignError::Unavailable { message, retry_after } => Self::Unavailable { message, retry_after },
            SignError::Credentials(message) => Self::Refused(message),
            other => Self::Refused(other.to_string()),
        }
    }
}

/// A credential that the cache holds.
#[derive(Debug)]
pub struct Held<C> {
    /// The credential.
    pub credential: C,
    /// What others may know of it.
    pub info: CredentialInfo,
}
