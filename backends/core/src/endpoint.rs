//! Which URLs lead to a signer's store.

use crate::Scheme;

/// One `host[:port]` under which URLs name a signer's store.
///
/// The gateway collects the endpoints of all signers, so that it can tell `s3://host/bucket/key` from
/// `s3://bucket/key`, and read `https://` URLs of stores it is configured for. What no endpoint names is never read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Endpoint {
    /// The scheme that locations at this endpoint get.
    pub scheme: Scheme,
    /// `host` or `host:port`, in lower case.
    pub authority: String,
    /// How a URL at this authority holds bucket and key.
    pub layout: Layout,
}

/// How a URL holds bucket and key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Layout {
    /// `scheme://authority/<prefix>bucket/key`; the location's endpoint is `authority[/prefix]`.
    /// `prefix` is empty, or ends in `/` (Azurite: `devstoreaccount1/`).
    Path {
        /// What stands before the bucket.
        prefix: String,
    },
    /// Only in `https://` URLs: `authority/bucket/key` and `bucket.authority/key`; the location has no endpoint,
    /// because its storage URL starts with the bucket (AWS, Google).
    Provider,
}

impl Endpoint {
    /// An endpoint whose URLs are `scheme://authority/bucket/key`.
    #[must_use]
    pub fn path(scheme: Scheme, authority: impl Into<String>) -> Self {
        Self::prefixed(scheme, authority, "")
    }

    /// An endpoint whose URLs are `scheme://authority/<prefix>bucket/key`; a prefix that is not empty ends in `/`.
    #[must_use]
    pub fn prefixed(scheme: Scheme, authority: impl Into<String>, prefix: impl Into<String>) -> Self {
        let layout = Layout::Path { prefix: prefix.into() };
        Self { scheme, authority: authority.into().to_ascii_lowercase(), layout }
    }

    /// A provider's own endpoint, which `https://` URLs name and storage URLs do not.
    #[must_use]
    pub fn provider(scheme: Scheme, authority: impl Into<String>) -> Self {
        Self { scheme, authority: authority.into().to_ascii_lowercase(), layout: Layout::Provider }
    }

    /// What [`crate::ObjectLocation::endpoint`] holds for an object at this endpoint.
    #[must_use]
    pub fn location_endpoint(&self) -> Option<String> {
        match &self.layout {
            Layout::Path { prefix } => {
                let joined = format!("{}/{prefix}", self.authority);
                Some(joined.trim_end_matches('/').to_ascii_lowercase())
            }
            Layout::Provider => None,
        }
    }
}
