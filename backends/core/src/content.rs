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

/// The bytes of a request, in pieces.
pub type ReceivedBody = Pin<Box<dyn Stream<Item = Result<Bytes, ContentError>> + Send>>;

/// Serves the objects behind a signer's own links.
///
/// The gateway passes every `GET`, `HEAD`, `PUT` and `DELETE` below [`crate::BuildContext::content_url`] here, without
/// having authenticated anybody: the link's signature is all there is, and checking it is this trait's first duty.
#[async_trait]
pub trait Content: Send + Sync {
    /// Answers a request for one of the signer's links. `path` is what follows the content URL, starting with `/`, as it
    /// came over the wire (still percent-encoded); `request` holds method, query and headers.
    async fn serve(&self, path: &str, request: &http::request::Parts, now: Timestamp) -> http::Response<ContentBody>;

    /// Answers a `PUT` or a `DELETE`, as [`Content::serve`] answers the others. A body that breaks off, or that does not
    /// have the length which the request declares, must leave no object and must not touch one that is there.
    async fn receive(
        &self,
        path: &str,
        request: &http::request::Parts,
        body: ReceivedBody,
        now: Timestamp,
    ) -> http::Response<ContentBody>;

    /// Path and query of one of the signer's own links, as [`Content::serve`] gets them; `None` for any other URL. The
    /// gateway needs it to follow such a link without a connection to itself.
    fn path_of<'u>(&self, url: &'u str) -> Option<&'u str>;
}
