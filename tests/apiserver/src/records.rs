//! What the server was asked.

use http::{HeaderMap, Method};

/// A request that arrived.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Recorded {
    /// The method.
    pub method: Method,
    /// Path and query as they arrived.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
}

impl Recorded {
    /// Whether the request is for an endpoint such as `auth.login`.
    #[must_use]
    pub fn is_for(&self, endpoint: &str) -> bool {
        let path = self.target.split('?').next().unwrap_or_default();
        path.trim_end_matches('/').rsplit('/').next() == Some(endpoint)
    }
}
