//! What Google's services answer, and how it reads when they refuse.

use std::time::Duration;

use http::{HeaderMap, header};
use presign_credentials::FetchError;
use serde::Deserialize;
use serde_json::Value;

/// Answers are small; what is longer is none.
const LONGEST: usize = 64 * 1024;

/// One answer of a service.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

/// Why a service refused, in its own words.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// `PERMISSION_DENIED`, `invalid_grant`; empty when it gave none.
    pub(crate) code: String,
    /// Its words for people, without what may be a token.
    words: String,
    /// Google's [reasons](https://cloud.google.com/apis/design/errors#error_info): `RATE_LIMIT_EXCEEDED`.
    reasons: Vec<String>,
}

/// Sends a request and reads the answer. `service` is how the error names the other side.
///
/// # Errors
/// When there is no answer.
pub(crate) async fn ask(service: &str, request: reqwest::RequestBuilder) -> Result<Answer, FetchError> {
    let silent = |error: reqwest::Error| FetchError::unavailable(format!("{service} {}", why(&error)));
    let mut response = request.send().await.map_err(silent)?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(silent)? {
        if body.len() + chunk.len() > LONGEST {
            return Err(FetchError::unavailable(format!("{service} answered more than {LONGEST} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status: response.status().as_u16(), headers: response.headers().clone(), body })
}

/// What happened, without the URL: its query may hold a secret.
fn why(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "did not answer in time"
    } else if error.is_connect() {
        "cannot be reached"
    } else if error.is_builder() {
        "cannot be asked: its address or the token is malformed"
    } else {
        "broke off the connection"
    }
}

impl Answer {
    /// Reads the answer's JSON.
    ///
    /// # Errors
    /// When it is of another form; the message repeats nothing of it.
    pub(crate) fn json<'a, T: Deserialize<'a>>(&'a self, service: &str) -> Result<T, FetchError> {
        let malformed =
            |_| FetchError::unavailable(format!("{service} answered with something else than was asked for"));
        serde_json::from_slice(&self.body).map_err(malformed)
    }

    /// When the service asked to be asked again ([RFC 9110 section 10.2.3](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3), in
    /// seconds).
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let seconds = self.headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
        Some(Duration::from_secs(seconds))
    }

    /// Why the service refused.
    pub(crate) fn refusal(&self) -> Refusal {
        serde_json::from_slice(&self.body).map_or_else(|_| Refusal::default(), |body: Value| Refusal::read(&body))
    }

    /// Whether the service is too busy or broken, rather than unwilling.
    pub(crate) fn is_passing(&self, refusal: &Refusal) -> bool {
        matches!(self.status, 408 | 429 | 500..=599) || refusal.is_a_limit()
    }

    /// The error of an answer that is not the one hoped for. `remedy` says what to do about a real refusal.
    pub(crate) fn error(&self, service: &str, remedy: &str) -> FetchError {
        let refusal = self.refusal();
        let said = refusal.said(self.status);
        if self.is_passing(&refusal) {
            let message = format!("{service} asks to come back later ({said})");
            FetchError::Unavailable { message, retry_after: self.retry_after() }
        } else {
            FetchError::Refused(format!("{service} refuses ({said}): {remedy}"))
        }
    }
}

impl Refusal {
    /// Google's form `{"error": {"status", "message", "details"}}`, or OAuth's `{"error", "error_description"}`
    /// ([RFC 6749 section 5.2](https://www.rfc-editor.org/rfc/rfc6749#section-5.2)).
    fn read(body: &Value) -> Self {
        let error = &body["error"];
        let text = |value: &Value| harmless(value.as_str().unwrap_or_default());
        if let Some(code) = error.as_str() {
            return Self { code: harmless(code), words: text(&body["error_description"]), reasons: Vec::new() };
        }
        let lists = [&error["details"], &error["errors"]];
        let entries = lists.iter().filter_map(|list| list.as_array()).flatten();
        let reasons = entries.map(|entry| text(&entry["reason"])).filter(|reason| !reason.is_empty()).collect();
        Self { code: text(&error["status"]), words: text(&error["message"]), reasons }
    }

    /// Whether it is a rate limit or quota, whatever the status says.
    pub(crate) fn is_a_limit(&self) -> bool {
        let limits = |text: &str| {
            let text = text.to_ascii_lowercase().replace(['_', ' ', '-'], "");
            ["ratelimit", "quota", "resourceexhausted", "toomanyrequests"].iter().any(|word| text.contains(word))
        };
        limits(&self.code) || limits(&self.words) || self.reasons.iter().any(|reason| limits(reason))
    }

    /// Whether it gives this reason.
    pub(crate) fn has(&self, reason: &str) -> bool {
        self.reasons.iter().any(|given| given == reason)
    }

    /// Status, code and words on one line.
    pub(crate) fn said(&self, status: u16) -> String {
        let mut said = status.to_string();
        for (separator, text) in [(" ", &self.code), (": ", &self.words)] {
            if !text.is_empty() {
                said.push_str(separator);
                said.push_str(text);
            }
        }
        said
    }
}

/// A service's words as they may stand in a log: one line, not too long, and without anything as long as a token.
fn harmless(text: &str) -> String {
    let words = text.split_whitespace().map(|word| if word.len() > 100 || is_jwt(word) { "…" } else { word });
    let line: String = words.collect::<Vec<_>>().join(" ");
    line.chars().filter(|character| !character.is_control()).take(300).collect()
}

fn is_jwt(word: &str) -> bool {
    ["eyJ", "ya29.", "1//"].iter().any(|start| word.contains(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &str) -> Refusal {
        Answer { status: 403, headers: HeaderMap::new(), body: body.as_bytes().to_vec() }.refusal()
    }

    #[test]
    fn both_forms_of_refusals_are_understood() {
        let google = r#"{"error":{"code":403,"message":"Permission denied.","status":"PERMISSION_DENIED","details":[{"reason":"IAM_PERMISSION_DENIED"}]}}"#;
        assert_eq!(refusal(google).said(403), "403 PERMISSION_DENIED: Permission denied.");
        assert!(refusal(google).has("IAM_PERMISSION_DENIED"));
        let oauth = r#"{"error":"invalid_grant","error_description":"Token has been revoked."}"#;
        assert_eq!(refusal(oauth).said(400), "400 invalid_grant: Token has been revoked.");
        assert_eq!(refusal("<html>").said(502), "502");
    }

    #[test]
    fn a_limit_is_one_in_any_disguise() {
        for body in [
            r#"{"error":{"status":"PERMISSION_DENIED","message":"Rate limit exceeded"}}"#,
            r#"{"error":{"status":"PERMISSION_DENIED","message":"no","errors":[{"reason":"userRateLimitExceeded"}]}}"#,
            r#"{"error":{"status":"PERMISSION_DENIED","message":"no","details":[{"reason":"RATE_LIMIT_EXCEEDED"}]}}"#,
            r#"{"error":{"status":"RESOURCE_EXHAUSTED","message":"no"}}"#,
            r#"{"error":{"status":"PERMISSION_DENIED","message":"Quota exceeded for quota metric"}}"#,
        ] {
            assert!(refusal(body).is_a_limit(), "{body}");
        }
        assert!(!refusal(r#"{"error":{"status":"PERMISSION_DENIED","message":"Permission denied"}}"#).is_a_limit());
    }

    #[test]
    fn what_may_be_a_token_is_not_repeated() {
        for token in ["eyJhbGciOiJSUzI1NiJ9.e30.c2ln", "ya29.a0AfH6", "[1//0gABCDEF]", &"x".repeat(101)] {
            let said = harmless(&format!("bad token {token}\nhere"));
            assert_eq!(said, "bad token … here");
        }
    }
}
