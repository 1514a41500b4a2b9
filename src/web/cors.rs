//! CORS, for the origins that the configuration names, whole and exactly
//! ([Fetch Standard](https://fetch.spec.whatwg.org/#http-cors-protocol)).

use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::{answer::Answer, context::Context};

/// What scripts of an allowed origin may read of an answer.
const EXPOSED: &str =
    "Content-Disposition, Retry-After, X-Presign-Backend, X-Presign-Expires, X-Presign-Rule, X-Request-Id";

/// Lets pages of an origin read an answer, cookies sent along.
pub(super) fn allow(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}

/// The answer to a preflight: it allows something to an allowed origin only.
pub(super) fn preflight(context: &Context<'_>) -> Answer {
    let mut answer = Answer::empty(StatusCode::NO_CONTENT);
    if context.allowed_origin().is_none() {
        return answer;
    }
    let methods = HeaderValue::from_static("GET, HEAD, POST, PUT, DELETE, OPTIONS");
    answer.set(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    // What is asked for is allowed: the names of headers are no secret, and the ClearML UI adds its own.
    let asked = context.headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    answer.set(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.unwrap_or(HeaderValue::from_static("Authorization")));
    answer.set(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    answer
}
