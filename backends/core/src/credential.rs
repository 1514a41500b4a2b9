//! What others need to know of a signer's credential, which itself stays with the signer.

use std::fmt;

use crate::Timestamp;

/// A signer's credential, as far as the life and the date of a link depend on it. Holds no secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CredentialInfo {
    /// Grows with each new credential: two links signed under one generation were signed by one credential.
    pub generation: u64,
    /// A signature must not be dated earlier; `None` when the store does not care.
    pub not_before: Option<Timestamp>,
    /// When the credential ends, and every link that it signed; `None` when it does not.
    pub expires_at: Option<Timestamp>,
}

impl CredentialInfo {
    /// A credential that stays as long as the signer.
    pub const PERMANENT: Self = Self { generation: 0, not_before: None, expires_at: None };

    /// Whether the credential is good at least until `time`.
    #[must_use]
    pub fn lasts_until(&self, time: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| end >= time)
    }
}

/// How an attempt to get a new credential ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RefreshOutcome {
    /// There is a new one.
    Refreshed,
    /// The token service did not answer, or asked to come back later.
    Unavailable,
    /// The token service refused: somebody has to mend something.
    Refused,
}

impl RefreshOutcome {
    /// Every outcome there is.
    pub const ALL: [Self; 3] = [Self::Refreshed, Self::Unavailable, Self::Refused];

    /// The word in metrics and logs.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Refreshed => "refreshed",
            Self::Unavailable => "unavailable",
            Self::Refused => "refused",
        }
    }
}

/// Is told of a backend's attempts to get credentials: for metrics.
pub trait CredentialObserver: fmt::Debug + Send + Sync + 'static {
    /// An attempt ended.
    fn refreshed(&self, outcome: RefreshOutcome);
}

/// Listens to nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoObserver;

impl CredentialObserver for NoObserver {
    fn refreshed(&self, _: RefreshOutcome) {}
}
