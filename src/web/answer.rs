//! Answers, with the headers that every one of them has.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};

use super::{context::Context, header_names::X_REQUEST_ID};

/// Room for the headers of a redirect, of which there are most.
const USUAL_HEADERS: usize = 12;

/// An answer of the gateway itself.
#[derive(Debug)]
pub(crate) struct Answer(Response<Bytes>);

impl Answer {
    pub(crate) fn empty(status: StatusCode) -> Self {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = status;
        *response.headers_mut() = HeaderMap::with_capacity(USUAL_HEADERS);
        Self(response)
    }

    pub(crate) fn body(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Self {
        let mut answer = Self::empty(status);
        *answer.0.body_mut() = body.into();
        answer.set(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        answer
    }

    /// A page that runs nothing and loads nothing from elsewhere but images. Its form may lead anywhere: browsers hold a
    /// policy for forms against the redirect to the store, too.
    pub(crate) fn html(status: StatusCode, html: String) -> Self {
        let mut answer = Self::body(status, "text/html; charset=utf-8", html);
        let policy = "default-src 'none'; style-src 'unsafe-inline'; img-src *; form-action *; base-uri 'none'";
        answer.set(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        answer
    }

    pub(crate) fn json(status: StatusCode, value: &serde_json::Value) -> Self {
        let mut answer = Self::body(status, "application/json", value.to_string());
        answer.set(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
        answer
    }

    pub(crate) fn set(&mut self, name: HeaderName, value: HeaderValue) {
        self.0.headers_mut().insert(name, value);
    }

    /// The response, with the headers that every answer has.
    pub(crate) fn finish(mut self, context: &Context<'_>) -> Response<Bytes> {
        self.set(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        self.set(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        self.set(
            header::VARY,
            HeaderValue::from_static("Accept, Authorization, Cookie, Origin, Sec-Fetch-Dest, Sec-Fetch-Mode"),
        );
        if let Ok(id) = HeaderValue::from_str(context.request_id) {
            self.set(X_REQUEST_ID, id);
        }
        if let Some(origin) = context.allowed_origin() {
            super::cors::allow(self.0.headers_mut(), origin.clone());
        }
        self.0
    }
}
