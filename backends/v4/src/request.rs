//! What a pre-signed URL is for.

use presign_core::{ExpiresIn, Timestamp};

/// A request that the holder of a pre-signed URL may send. Everything but the credential that signs it.
///
/// Host and path come in pieces, which are joined, so that a caller need not join them first.
#[derive(Debug, Clone, Copy)]
pub struct PresignRequest<'a> {
    /// The HTTP method, in upper case.
    pub method: &'a str,
    /// `https` or `http`.
    pub scheme: &'a str,
    /// Pieces of `host[:port]`, in lower case, as the URL shows it. The scheme's default port is left out of what is
    /// signed, because clients leave it out of the `Host` header.
    pub host: &'a [&'a str],
    /// Pieces of the path, literal: they are percent-encoded here, but for `/`. The first starts with `/`.
    pub path: &'a [&'a str],
    /// Names and literal values of the query, in any order, without those that the signature adds.
    pub query: &'a [(&'a str, &'a str)],
    /// Headers that have to be sent along, without `host`. Names in any case, values as they are sent.
    pub headers: &'a [(&'a str, &'a str)],
    /// SHA-256 of the payload in hexadecimal, where the payload is signed too.
    pub payload_hash: Option<&'a str>,
    /// The time the signature carries.
    pub signed_at: Timestamp,
    /// The life, counted from then.
    pub expires_in: ExpiresIn,
}

impl PresignRequest<'_> {
    /// A request to `https:///`: the rest is set by field.
    #[must_use]
    pub const fn new(method: &str, signed_at: Timestamp, expires_in: ExpiresIn) -> PresignRequest<'_> {
        PresignRequest {
            method,
            scheme: "https",
            host: &[],
            path: &["/"],
            query: &[],
            headers: &[],
            payload_hash: None,
            signed_at,
            expires_in,
        }
    }
}
