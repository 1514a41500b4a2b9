//! What comes of one URL.

use std::fmt;

use presign_core::SignedUrl;
use serde_json::{Map, Value, json};

use crate::{
    plan::Obstacle,
    refusal::Refusal,
    request::InvalidRequest,
    storage_url::InvalidStorageUrl,
    web::{Code, Problem},
};

/// A link, and how it came about.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) url: SignedUrl,
    pub(super) backend: String,
    /// `None` where no rule was asked.
    pub(super) rule: Option<String>,
}

/// Why there is none, with the code that a caller of the gateway would be told.
#[derive(Debug)]
pub(super) struct Failure {
    code: Code,
    detail: String,
}

impl Failure {
    fn new(detail: String, refusal: &Refusal) -> Self {
        Self { code: Problem::of(refusal).code, detail }
    }

    pub(super) fn json(&self, input: &str) -> Value {
        json!({"error": {"code": self.code, "detail": self.detail}, "input": input})
    }

    pub(super) fn with_advice(self, advice: &str) -> Self {
        Self { detail: format!("{}: {advice}", self.detail), ..self }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.detail)
    }
}

impl From<Obstacle> for Failure {
    fn from(obstacle: Obstacle) -> Self {
        Self::new(obstacle.to_string(), &obstacle.into())
    }
}

impl From<InvalidStorageUrl> for Failure {
    fn from(error: InvalidStorageUrl) -> Self {
        Self::new(error.to_string(), &InvalidRequest::from(error).into())
    }
}

impl Link {
    pub(super) fn json(&self) -> Value {
        let headers: Map<String, Value> =
            self.url.headers().iter().map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
        json!({
            "url": self.url.expose(),
            "method": self.url.operation().method(),
            "headers": headers,
            "expires_at": self.url.expires_at().to_string(),
            "backend": self.backend,
            "rule": self.rule,
        })
    }
}
