//! From an object, or a refusal, to an HTTP answer.

use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header, request::Parts};
use presign_core::{ContentBody, Timestamp};

use crate::{
    body,
    folder::Object,
    media_type,
    precondition::{Verdict, Version},
    presented::Allowed,
    range::{self, Part},
};

/// Nothing runs, not even where a browser disregards the disposition; an image or a film by itself still shows.
const CONTENT_SECURITY_POLICY: &str =
    "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'";

/// A small text, never stored.
pub(crate) fn refusal(request: &Parts, status: StatusCode, message: &str) -> Response<ContentBody> {
    let text = if request.method == Method::HEAD { body::empty() } else { body::text(format!("{message}\n")) };
    let mut response = Response::new(text);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    harden(headers);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}

/// What was asked for is done, and there is nothing to send.
pub(crate) fn done(status: StatusCode) -> Response<ContentBody> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    harden(&mut headers);
    assemble(status, headers, body::empty())
}

/// The object, the part of it that was asked for, or word that the client has it.
pub(crate) fn object(request: &Parts, object: Object, allowed: &Allowed, now: Timestamp) -> Response<ContentBody> {
    let Ok(mut headers) = object_headers(&object, allowed, now) else {
        return refusal(request, StatusCode::INTERNAL_SERVER_ERROR, "the link's response overrides cannot be sent");
    };
    let version = Version { entity_tag: &object.entity_tag, modified: object.modified };
    match version.evaluate(&request.headers) {
        Verdict::Failed => return refusal(request, StatusCode::PRECONDITION_FAILED, "the object is another version"),
        Verdict::NotModified => {
            headers.remove(header::CONTENT_TYPE);
            return assemble(StatusCode::NOT_MODIFIED, headers, body::empty());
        }
        Verdict::Proceed => {}
    }
    let size = object.size;
    let (status, bytes) = match wanted_part(request, &version, size) {
        Part::Whole => (StatusCode::OK, 0..size),
        Part::Bytes(bytes) => (StatusCode::PARTIAL_CONTENT, bytes),
        Part::Unsatisfiable => return unsatisfiable(request, size),
    };
    if status == StatusCode::PARTIAL_CONTENT {
        let last = bytes.end.saturating_sub(1);
        set_text(&mut headers, header::CONTENT_RANGE, format!("bytes {}-{last}/{size}", bytes.start));
    }
    headers.insert(header::CONTENT_LENGTH, bytes.end.saturating_sub(bytes.start).into());
    let sent = if request.method == Method::HEAD { body::empty() } else { body::part(object.file, bytes) };
    assemble(status, headers, sent)
}

/// `Range` has a meaning for `GET` alone ([RFC 9110 section 14.2](https://www.rfc-editor.org/rfc/rfc9110#section-14.2)).
fn wanted_part(request: &Parts, version: &Version<'_>, size: u64) -> Part {
    match request.headers.get(header::RANGE).and_then(|value| value.to_str().ok()) {
        Some(range) if request.method == Method::GET && version.allows_range(&request.headers) => {
            range::parse(range, size)
        }
        _ => Part::Whole,
    }
}

fn unsatisfiable(request: &Parts, size: u64) -> Response<ContentBody> {
    let message = format!("the object has {size} bytes, and none in that range");
    let mut response = refusal(request, StatusCode::RANGE_NOT_SATISFIABLE, &message);
    set_text(response.headers_mut(), header::CONTENT_RANGE, format!("bytes */{size}"));
    response
}

/// What 200, 206 and 304 have in common.
fn object_headers(object: &Object, allowed: &Allowed, now: Timestamp) -> Result<HeaderMap, header::InvalidHeaderValue> {
    let (overrides, file_name) = (&allowed.overrides, allowed.key.file_name());
    let media_type = overrides.content_type.clone().unwrap_or_else(|| media_type::by_name(file_name));
    let disposition = media_type::disposition(&media_type, overrides.content_disposition.as_deref(), file_name);
    let life_left = now.until(allowed.expires_at).as_secs();
    let cache_control = overrides.cache_control.clone().unwrap_or_else(|| format!("private, max-age={life_left}"));
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, media_type.try_into()?);
    headers.insert(header::CACHE_CONTROL, cache_control.try_into()?);
    headers.insert(header::ETAG, object.entity_tag.as_str().try_into()?);
    headers.insert(header::LAST_MODIFIED, object.modified.to_string().try_into()?);
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    if let Some(disposition) = disposition {
        headers.insert(header::CONTENT_DISPOSITION, disposition.try_into()?);
    }
    harden(&mut headers);
    Ok(headers)
}

/// What every answer says, because it comes from the gateway's own origin.
fn harden(headers: &mut HeaderMap) {
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_SECURITY_POLICY));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
}

/// Numbers and punctuation, which are always a header's value.
fn set_text(headers: &mut HeaderMap, name: header::HeaderName, value: String) {
    if let Ok(value) = value.try_into() {
        headers.insert(name, value);
    }
}

fn assemble(status: StatusCode, headers: HeaderMap, sent: ContentBody) -> Response<ContentBody> {
    let mut response = Response::new(sent);
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
