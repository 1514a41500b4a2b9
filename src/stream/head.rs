//! What is passed on before the bytes: conditions and ranges to the store, and what the store says of the object back.

use std::time::Duration;

use http::{HeaderMap, HeaderName, StatusCode, header};

use crate::refusal::Refusal;

/// What of a client's request concerns the object ([RFC 9110](https://www.rfc-editor.org/rfc/rfc9110), sections 13 and
/// 14). All else stays here, cookies and tokens first of all.
const ASKED: [HeaderName; 7] = [
    header::RANGE,
    header::IF_RANGE,
    header::IF_MATCH,
    header::IF_NONE_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_UNMODIFIED_SINCE,
    header::ACCEPT_ENCODING,
];

/// What of a store's answer is the object's.
const TOLD: [HeaderName; 10] = [
    header::CONTENT_TYPE,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::CONTENT_ENCODING,
    header::CONTENT_LANGUAGE,
    header::CONTENT_DISPOSITION,
    header::ACCEPT_RANGES,
    header::ETAG,
    header::LAST_MODIFIED,
    header::CACHE_CONTROL,
];

pub(super) fn request(wanted: &HeaderMap) -> HeaderMap {
    only(wanted, &ASKED)
}

pub(super) fn answer(told: &HeaderMap) -> HeaderMap {
    only(told, &TOLD)
}

fn only(headers: &HeaderMap, names: &[HeaderName]) -> HeaderMap {
    names.iter().filter_map(|name| Some((name.clone(), headers.get(name)?.clone()))).collect()
}

/// Why a store's answer is not passed on; `None` when it is.
pub(super) fn refusal(status: StatusCode) -> Option<Refusal> {
    match status.as_u16() {
        200 | 206 | 304 | 412 | 416 => None,
        403 | 404 => Some(Refusal::NotFound),
        401 => Some(Refusal::BackendCredentials("the store answered 401 to a link of the gateway".to_owned())),
        other => Some(unavailable(format!("the store answered {other} to a link of the gateway"))),
    }
}

pub(super) fn unreachable(error: reqwest::Error) -> Refusal {
    unavailable(format!("the store: {}", error.without_url()))
}

pub(super) fn ending() -> Refusal {
    unavailable("the gateway is ending".to_owned())
}

fn unavailable(message: String) -> Refusal {
    Refusal::Unavailable { message, retry_after: Some(Duration::from_secs(5)) }
}
