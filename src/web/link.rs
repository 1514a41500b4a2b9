//! A link as an answer: a redirect, or JSON.

use http::{HeaderValue, StatusCode, header};
use presign_core::{Operation, SignedUrl};
use serde_json::{Value, json};

use super::{
    answer::Answer,
    header_names::{X_PRESIGN_BACKEND, X_PRESIGN_EXPIRES, X_PRESIGN_RULE},
};
use crate::{delivery::NoLinks, gateway::Link, lifetime::redirect_max_age};

/// A redirect that a browser remembers for less time than the link lives. `None` when the link is no header value, which
/// a signer that keeps its contract does not make.
pub(super) fn redirect(link: Link) -> Option<Answer> {
    let signed = link.signed?;
    let status = match signed.operation() {
        Operation::Get | Operation::Head => StatusCode::FOUND,
        // 302 would let clients repeat the request as GET.
        Operation::Put | Operation::Delete => StatusCode::TEMPORARY_REDIRECT,
    };
    let mut answer = Answer::empty(status);
    let max_age = redirect_max_age(link.expires_at, link.now, link.cache_margin);
    let cache = match max_age {
        0 => HeaderValue::from_static("private, no-store"),
        seconds => HeaderValue::from_str(&format!("private, max-age={seconds}")).ok()?,
    };
    answer.set(header::CACHE_CONTROL, cache);
    answer.set(X_PRESIGN_BACKEND, link.route.backend.clone());
    answer.set(X_PRESIGN_RULE, link.route.rule.clone());
    answer.set(X_PRESIGN_EXPIRES, HeaderValue::from_str(&link.expires_at.to_string()).ok()?);
    let mut location = HeaderValue::from_maybe_shared(bytes::Bytes::from(signed.into_exposed())).ok()?;
    location.set_sensitive(true);
    answer.set(header::LOCATION, location);
    Some(answer)
}

/// A link in JSON.
///
/// # Errors
/// When the caller gets the bytes only.
pub(super) fn json_of(link: &Link) -> Result<Value, NoLinks> {
    let signed = link.signed.as_ref().ok_or(NoLinks)?;
    let mut value = json_of_url(signed, signed.operation().method());
    if let Some(fields) = value.as_object_mut() {
        fields.insert("backend".to_owned(), json!(link.route.backend.to_str().unwrap_or_default()));
        fields.insert("rule".to_owned(), json!(link.route.rule.to_str().unwrap_or_default()));
        fields.insert("bound".to_owned(), json!(link.bound.label()));
    }
    Ok(value)
}

/// A signed URL in JSON, with the headers to send.
pub(super) fn json_of_url(signed: &SignedUrl, method: &str) -> Value {
    let headers: serde_json::Map<String, Value> =
        signed.headers().iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    json!({
        "url": signed.expose(),
        "method": method,
        "headers": headers,
        "expires_at": signed.expires_at().to_string(),
    })
}
