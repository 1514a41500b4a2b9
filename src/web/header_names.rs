//! Headers that the `http` crate has no names for. They are parsed once: the look-up of a name costs more than that of its
//! value.

use http::HeaderName;

/// Of an answer: the request's id.
pub(super) const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Of an answer: the backend that signed.
pub(super) const X_PRESIGN_BACKEND: HeaderName = HeaderName::from_static("x-presign-backend");
/// Of an answer: the rule that allowed it.
pub(super) const X_PRESIGN_RULE: HeaderName = HeaderName::from_static("x-presign-rule");
/// Of an answer: when the link ends.
pub(super) const X_PRESIGN_EXPIRES: HeaderName = HeaderName::from_static("x-presign-expires");

/// What a browser wants the answer for ([Fetch Metadata](https://www.w3.org/TR/fetch-metadata/)).
pub(super) const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
/// How a browser asks.
pub(super) const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
/// Whether a page of the same site asks.
pub(super) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");
