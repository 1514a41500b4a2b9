//! The link itself: a bearer secret.

use std::fmt;

use crate::{Operation, Timestamp};

/// A pre-signed URL: whoever holds it may do what it says, until it expires.
///
/// It has no `Display`, and `Debug` shows neither path nor query, so that it cannot reach a log by accident. It leaves
/// through [`SignedUrl::expose`] and [`SignedUrl::into_exposed`] only.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedUrl {
    url: String,
    operation: Operation,
    headers: Vec<(&'static str, String)>,
    expires_at: Timestamp,
}

impl SignedUrl {
    /// Wraps a URL that was just signed, with the headers that its user has to send along (none for a read).
    #[must_use]
    pub fn new(url: String, operation: Operation, expires_at: Timestamp) -> Self {
        Self { url, operation, headers: Vec::new(), expires_at }
    }

    /// Adds a header that has to be sent with the request for the signature, or for the store, to accept it.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The URL, in clear. ASCII only, fit for a `Location` header.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.url
    }

    /// The URL, in clear, by value.
    #[must_use]
    pub fn into_exposed(self) -> String {
        self.url
    }

    /// The operation that the signature allows.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        self.operation
    }

    /// Headers to send along with the request.
    #[must_use]
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// When the store starts to refuse the URL.
    #[must_use]
    pub const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

impl fmt::Debug for SignedUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.url.splitn(4, '/').take(3).collect::<Vec<_>>().join("/");
        f.debug_struct("SignedUrl")
            .field("url", &format_args!("{origin}/<redacted>"))
            .field("operation", &self.operation)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_the_host_and_nothing_that_opens_the_object() {
        let url = "https://bucket.s3.amazonaws.com/secret/key?X-Amz-Signature=abc".to_owned();
        let signed = SignedUrl::new(url, Operation::Get, Timestamp::from_unix(0));
        let shown = format!("{signed:?}");
        assert!(shown.contains("https://bucket.s3.amazonaws.com/<redacted>"), "{shown}");
        assert!(!shown.contains("abc") && !shown.contains("secret"), "{shown}");
    }
}
