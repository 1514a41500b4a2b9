//! What the apiserver's answers mean.
//!
//! Pure: one function an endpoint. The codes and messages are those of apiserver 2.3.0. Whatever is not among them is
//! an outage, since an outage looks like a refusal often enough: with redis down, `auth.validate_token` answers HTTP
//! 200 and `valid: false`.

use serde_json::Value;

use super::apiserver::Answer;
use crate::auth::{AuthError, Principal};

/// What `auth.validate_token` says of a token that it does not refuse.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Confirmation {
    /// It is good, and these are the ids in it.
    Valid { user: String, company: String },
    /// The gateway's own keys may not ask.
    NotAllowed,
    /// The gateway's own keys are not known.
    KeysRefused,
}

/// `users.get_current_user`, with the caller's own token; `None` when the token is good and the user list does not
/// hold its user.
pub(super) fn current_user(answer: &Answer) -> Result<Option<Principal>, AuthError> {
    match (answer.code, answer.subcode) {
        (200, _) => user(&answer.data).map(Some).ok_or(AuthError::outage()),
        (400, 300) => Ok(None),
        (401, _) => Err(refusal(&answer.message)),
        (403, 20) => Err(AuthError::Refused),
        _ => Err(AuthError::outage()),
    }
}

/// `auth.login`, with keys: the token.
pub(super) fn login(answer: &Answer) -> Result<String, AuthError> {
    match answer.code {
        200 => text(&answer.data, "/token").ok_or(AuthError::outage()),
        401 => Err(AuthError::Refused),
        _ => Err(AuthError::outage()),
    }
}

/// `auth.validate_token`, with the gateway's own keys.
pub(super) fn validate_token(answer: &Answer) -> Result<Confirmation, AuthError> {
    match (answer.code, answer.subcode) {
        (200, _) => {}
        (401, _) => return Ok(Confirmation::KeysRefused),
        (403, 20) => return Ok(Confirmation::NotAllowed),
        _ => return Err(AuthError::outage()),
    }
    let data = &answer.data;
    let ids = text(data, "/user").zip(text(data, "/company"));
    let message = data.get("msg").and_then(Value::as_str);
    match (data.get("valid").and_then(Value::as_bool), ids, message) {
        (Some(true), Some((user, company)), _) => Ok(Confirmation::Valid { user, company }),
        (Some(false), Some(_), None) => Err(AuthError::Revoked),
        (Some(false), _, Some(message)) if is_about_the_token(message) => Err(refusal(message)),
        _ => Err(AuthError::outage()),
    }
}

/// `login.supported_modes`, with the caller's own token: never refused, but it tells who is logged in.
pub(super) fn supported_modes(answer: &Answer) -> Result<(), AuthError> {
    match (answer.code, answer.data.get("authenticated").and_then(Value::as_bool)) {
        (200, Some(true)) => Ok(()),
        (200, Some(false)) => Err(AuthError::Refused),
        _ => Err(AuthError::outage()),
    }
}

fn user(data: &Value) -> Option<Principal> {
    let principal = Principal::new(text(data, "/user/id")?, text(data, "/user/company/id")?, text(data, "/user/role")?);
    Some(principal.with_name(text(data, "/user/name")))
}

fn text(data: &Value, pointer: &str) -> Option<String> {
    data.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn refusal(message: &str) -> AuthError {
    if message.contains("revoked token") {
        AuthError::Revoked
    } else if message.contains("Signature has expired") {
        AuthError::Expired
    } else {
        AuthError::Refused
    }
}

/// Whether the message speaks of the token (these are the words of `PyJWT`), and not of something that failed on the
/// way to an opinion about it.
fn is_about_the_token(message: &str) -> bool {
    const WHOLE: [&str; 10] = [
        "Signature has expired",
        "Signature verification failed",
        "Not enough segments",
        "Invalid audience",
        "Invalid header padding",
        "Invalid payload padding",
        "Invalid crypto padding",
        "The token is not yet valid (nbf)",
        "The token is not yet valid (iat)",
        "When alg = \"none\", key value must be None.",
    ];
    const STARTS: [&str; 2] = ["Invalid header string: ", "Invalid payload string: "];
    WHOLE.contains(&message)
        || STARTS.iter().any(|start| message.starts_with(start))
        || message.ends_with(" must be an integer.")
}

#[cfg(test)]
mod tests;
