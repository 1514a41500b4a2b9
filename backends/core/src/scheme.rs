//! The URL schemes that ClearML writes.

use std::fmt;

/// The scheme of a storage URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scheme {
    /// `s3://bucket/key`, and `s3://host:port/bucket/key` for stores that are not AWS.
    S3,
    /// `gs://bucket/key`.
    Gs,
    /// `azure://account.blob.core.windows.net/container/blob`.
    Azure,
    /// `local://bucket/key`, served by the gateway itself.
    Local,
}

impl Scheme {
    /// Every scheme there is.
    pub const ALL: [Self; 4] = [Self::S3, Self::Gs, Self::Azure, Self::Local];

    /// The scheme as it stands in a URL, without `://`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Gs => "gs",
            Self::Azure => "azure",
            Self::Local => "local",
        }
    }

    /// Reads a scheme, in any case ([RFC 3986 section 3.1](https://www.rfc-editor.org/rfc/rfc3986#section-3.1)).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scheme| scheme.as_str().eq_ignore_ascii_case(text))
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
