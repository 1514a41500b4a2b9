//! How long a link lives.

use std::{fmt, time::Duration};

/// The life of a signed URL: 1 second to 7 days, in whole seconds.
///
/// Seven days are the longest life in
/// [AWS Signature Version 4](https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html) and in
/// [Google's V4 signing](https://cloud.google.com/storage/docs/access-control/signed-urls).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ExpiresIn(u32);

/// The number of seconds is 0 or more than 7 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signed URL lives 1 second to 7 days (604800 seconds), not {0} seconds")]
pub struct InvalidExpiresIn(pub u64);

impl ExpiresIn {
    /// The longest life there is: 7 days.
    pub const MAX: Self = Self(604_800);

    /// 12 hours: what Google promises for a link that IAM signed.
    pub const TWELVE_HOURS: Self = Self(43_200);

    /// Checks a number of seconds.
    ///
    /// # Errors
    /// When it is 0 or over 604,800.
    pub fn from_seconds(seconds: u64) -> Result<Self, InvalidExpiresIn> {
        u32::try_from(seconds)
            .ok()
            .filter(|seconds| (1..=Self::MAX.0).contains(seconds))
            .map(Self)
            .ok_or(InvalidExpiresIn(seconds))
    }

    /// The life in seconds.
    #[must_use]
    pub const fn seconds(self) -> u32 {
        self.0
    }

    /// The life as a duration.
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0 as u64)
    }
}

impl fmt::Display for ExpiresIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}s", self.0)
    }
}
