//! Why a caller is not known.

use std::time::Duration;

/// Why a caller is not known. Holds nothing of what the caller sent.
///
/// Displayed, it is a sentence for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AuthError {
    /// The request carries no token.
    #[error("no token was sent: log in to ClearML, or send Authorization: Bearer")]
    NoneSent,
    /// What the request carries is no token.
    #[error("what was sent is not a ClearML token")]
    Malformed,
    /// The Authorization header has another scheme than `Bearer` or `Basic`, which are written exactly so.
    #[error("the Authorization header is neither Bearer nor Basic")]
    UnsupportedScheme,
    /// The token was good once.
    #[error("the token has expired: log in again")]
    Expired,
    /// The user has logged out.
    #[error("the token was revoked by a logout: log in again")]
    Revoked,
    /// The signature is wrong, or nobody knows the token or the keys.
    #[error("the token or keys were refused: log in again")]
    Refused,
    /// The token is good, but its user does not exist any more.
    #[error("the token's user does not exist")]
    UserGone,
    /// Who knows cannot be asked now.
    #[error("the ClearML apiserver cannot be asked now: try again")]
    Unavailable {
        /// When to try again.
        retry_after: Duration,
    },
}

impl AuthError {
    /// A sentence for the caller.
    #[must_use]
    pub fn reason(&self) -> String {
        self.to_string()
    }

    /// One of a closed set of words, for metrics.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::NoneSent => "none_sent",
            Self::Malformed => "malformed",
            Self::UnsupportedScheme => "unsupported_scheme",
            Self::Expired => "expired",
            Self::Revoked => "revoked",
            Self::Refused => "refused",
            Self::UserGone => "user_gone",
            Self::Unavailable { .. } => "unavailable",
        }
    }

    /// When to try again, for an outage; `None` when the caller was refused.
    #[must_use]
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after } => Some(*retry_after),
            _ => None,
        }
    }

    pub(crate) const fn outage() -> Self {
        Self::Unavailable { retry_after: Duration::from_secs(5) }
    }

    /// Which of two errors to tell, when two tokens failed: an outage, since it may hide a good token, or else the one
    /// that says most.
    pub(crate) fn or_worse(self, other: Self) -> Self {
        if other.weight() > self.weight() { other } else { self }
    }

    const fn weight(self) -> u8 {
        match self {
            Self::NoneSent => 0,
            Self::Malformed | Self::UnsupportedScheme => 1,
            Self::Refused => 2,
            Self::UserGone => 3,
            Self::Expired | Self::Revoked => 4,
            Self::Unavailable { .. } => 5,
        }
    }
}
