//! What can be wrong with an apiserver.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;

/// Something that is wrong with the server until it is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Redis, which knows who logged out, does not answer: HTTP 500 to a bearer token, and `valid: false` with an
    /// unexpected message from `auth.validate_token` to a caller with keys.
    RedisDown,
    /// Connections are closed without an answer.
    Disconnects,
    /// HTTP 200 with something that is no JSON, as from a misconfigured proxy.
    Garbage,
    /// HTTP 200 with a JSON text of 2 MiB.
    Huge,
    /// HTTP 503 with a page, as from a load balancer.
    Unavailable,
    /// HTTP 401 with a page, as from a login proxy in front.
    ForeignRefusal,
    /// HTTP 401 with an envelope that says 200.
    Contradiction,
    /// HTTP 302 to another address.
    Redirect,
}

impl Fault {
    /// The answer that replaces every other; `None` for faults that only show in some answers.
    pub(crate) fn response(self) -> Option<Response<Full<Bytes>>> {
        const PAGE: &str = "<html><body>not the apiserver</body></html>";
        const ENVELOPE: &str = r#"{"meta":{"result_code":200,"result_subcode":0,"result_msg":"OK"},"data":{}}"#;
        let (status, body) = match self {
            Self::RedisDown | Self::Disconnects => return None,
            Self::Garbage => (StatusCode::OK, Bytes::from_static(PAGE.as_bytes())),
            Self::Huge => (StatusCode::OK, Bytes::from(format!("{{\"data\":\"{}\"}}", "x".repeat(2 << 20)))),
            Self::Unavailable => (StatusCode::SERVICE_UNAVAILABLE, Bytes::from_static(PAGE.as_bytes())),
            Self::ForeignRefusal => (StatusCode::UNAUTHORIZED, Bytes::from_static(PAGE.as_bytes())),
            Self::Contradiction => (StatusCode::UNAUTHORIZED, Bytes::from_static(ENVELOPE.as_bytes())),
            Self::Redirect => (StatusCode::FOUND, Bytes::new()),
        };
        let mut response = Response::new(Full::new(body));
        *response.status_mut() = status;
        if self == Self::Redirect {
            response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/debug.ping"));
        }
        Some(response)
    }
}
