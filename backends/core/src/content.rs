//! Backends whose links lead back to the gateway.

use std::pin::Pin;

use async_trait::async_trait;
use bytes::Bytes;
use futures::Stream;

use crate::Timestamp;

/// A failure while bytes were on their way.
pub type ContentError = Box<dyn std::error::Error + Send + Sync>;

/// The bytes of an answer, in pieces.
pub type ContentBody = Pin<Box<dyn Stream<Item = Result<Bytes, ContentError>> + Send + Sync>>;

/// Serves the objects behind a signer's own links.
///
/// The gateway passes every `GET` and `HEAD` below [`crate::BuildContext::content_url`] here, without having
/// authenticated anybody: the link's signature is all there is, and checking it is this trait's first duty.
#[async_trait]
pub trait Content: Send + Sync {
    /// Answers a request for one of the signer's links. `path` is what follows the content URL, starting with `/`, as it
    /// came over the wire (still percent-encoded); `request` holds method, query and headers.
    async fn serve(&self, path: &str, request: &http::request::Parts, now: Timestamp) -> http::Response<ContentBody>;
}
