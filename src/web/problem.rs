//! Refusals as HTTP: the one place that gives each its status and its words.

use http::{HeaderValue, StatusCode, header};
use presign_core::{InvalidKey, InvalidLocation};
use serde_json::json;

use super::{answer::Answer, code::Code, context::Context, page};
use crate::{refusal::Refusal, request::InvalidRequest, storage_url::InvalidStorageUrl};

/// A refusal as a caller sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    pub(crate) status: StatusCode,
    /// The machine's word for it.
    pub(crate) code: Code,
    /// What happened and what to do, for a person. Holds nothing that the caller may not know.
    pub(crate) detail: String,
    /// Seconds.
    retry_after: Option<u64>,
    allow: Option<String>,
}

impl Problem {
    pub(crate) fn new(status: StatusCode, code: Code, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), retry_after: None, allow: None }
    }

    /// A refusal, in the words that a caller may read.
    pub(crate) fn of(refusal: &Refusal) -> Self {
        match refusal {
            Refusal::Invalid(error) if is_too_long(*error) => {
                Self::new(StatusCode::URI_TOO_LONG, Code::KeyTooLong, error.to_string())
            }
            Refusal::Invalid(error) => Self::new(StatusCode::BAD_REQUEST, Code::InvalidRequest, error.to_string()),
            Refusal::Override(reason) => Self::new(StatusCode::BAD_REQUEST, Code::InvalidRequest, *reason),
            Refusal::Unauthenticated(error) => {
                Self::new(StatusCode::UNAUTHORIZED, Code::Unauthenticated, error.reason())
            }
            // One body for every cause: who is refused learns nothing about rules and objects.
            Refusal::Forbidden(_) => Self::new(
                StatusCode::FORBIDDEN,
                Code::Forbidden,
                "no rule of the gateway lets you do this with this object",
            ),
            Refusal::Method(allowed) => {
                let allow = allowed.iter().map(|operation| operation.method()).collect::<Vec<_>>().join(", ");
                let detail = format!("the object's rule does not allow this method, only {allow}");
                let problem = Self::new(StatusCode::METHOD_NOT_ALLOWED, Code::MethodNotAllowed, detail);
                Self { allow: Some(allow), ..problem }
            }
            Refusal::NotFound => {
                let detail = "the object does not exist, or the gateway's credentials may not see it";
                Self::new(StatusCode::NOT_FOUND, Code::NotFound, detail)
            }
            Refusal::BackendCredentials(_) => {
                let detail = "the gateway's storage credentials do not work: its operator finds the cause in its log";
                Self::new(StatusCode::BAD_GATEWAY, Code::BackendCredentials, detail)
            }
            Refusal::Store(_) => {
                let detail = "the store refused the request: the gateway's operator finds the cause in its log";
                Self::new(StatusCode::BAD_GATEWAY, Code::Store, detail)
            }
            Refusal::Unavailable { retry_after, .. } => {
                let detail = "something that the gateway has to ask is down or overloaded: try again";
                let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, Code::Unavailable, detail);
                Self { retry_after: Some(retry_after.map_or(5, |after| after.as_secs().max(1))), ..problem }
            }
            Refusal::RateLimited(wait) => {
                let detail = "too many links were asked for in a short time: try again";
                let problem = Self::new(StatusCode::TOO_MANY_REQUESTS, Code::RateLimited, detail);
                Self { retry_after: Some(wait.as_secs().saturating_add(1)), ..problem }
            }
            Refusal::Internal(_) => {
                let detail = "the gateway failed: its operator finds the cause in its log";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, detail)
            }
        }
    }

    /// The answer: a page for a browser's navigation, and `application/problem+json`
    /// ([RFC 9457](https://www.rfc-editor.org/rfc/rfc9457)) for everybody else.
    pub(crate) fn answer(&self, context: &Context<'_>) -> Answer {
        let mut answer = if context.wants_page() {
            let html = page::problem(self, context);
            Answer::html(self.status, html)
        } else {
            Answer::body(self.status, "application/problem+json", self.json(context).to_string())
        };
        answer.set(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(seconds) = self.retry_after {
            answer.set(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(allow) = self.allow.as_deref().and_then(|allow| HeaderValue::from_str(allow).ok()) {
            answer.set(header::ALLOW, allow);
        }
        answer
    }

    fn json(&self, context: &Context<'_>) -> serde_json::Value {
        let mut body = json!({
            "type": "about:blank",
            "title": self.status.canonical_reason().unwrap_or_default(),
            "status": self.status.as_u16(),
            "code": self.code,
            "detail": self.detail,
            "request_id": context.request_id,
        });
        if let (401, Some(login), Some(fields)) = (self.status.as_u16(), context.login_url, body.as_object_mut()) {
            fields.insert("login_url".to_owned(), json!(login));
        }
        body
    }
}

/// Says in the log what the caller is not told.
pub(crate) fn log(refusal: &Refusal, request_id: &str) {
    match refusal {
        Refusal::Internal(cause) | Refusal::BackendCredentials(cause) | Refusal::Store(cause) => {
            tracing::error!(request.id = request_id, %cause, "a request was refused for the gateway's own fault");
        }
        Refusal::Unavailable { message, .. } => {
            tracing::warn!(request.id = request_id, cause = %message, "a request could not be answered now");
        }
        Refusal::Forbidden(cause) => tracing::info!(request.id = request_id, cause, "a request was refused"),
        other => tracing::info!(request.id = request_id, code = other.outcome().label(), "a request was refused"),
    }
}

fn is_too_long(error: InvalidRequest) -> bool {
    let InvalidRequest::Url(InvalidStorageUrl::Location(location)) = error else { return false };
    location == InvalidLocation::Key(InvalidKey::TooLong)
}
