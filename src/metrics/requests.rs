//! Requests, per backend and per rule.

use std::time::Duration;

use presign_core::Operation;
use prometheus::{Histogram, IntCounter};

use super::{Metrics, StreamMetrics};
use crate::lifetime::Bound;

/// How a request for an object ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// With a link.
    Signed,
    /// The request names no object, or a malformed one.
    InvalidRequest,
    /// The caller is not known.
    Unauthenticated,
    /// No rule allows it.
    Forbidden,
    /// The rule does not allow the method.
    MethodNotAllowed,
    /// The object is not there.
    NotFound,
    /// The store's credentials do not work.
    BackendCredentials,
    /// The store refused a request of the gateway's own.
    Store,
    /// Something that has to be asked is down.
    Unavailable,
    /// Too much was asked for in a time.
    RateLimited,
    /// The gateway failed.
    Internal,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Signed,
        Self::InvalidRequest,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::MethodNotAllowed,
        Self::NotFound,
        Self::BackendCredentials,
        Self::Store,
        Self::Unavailable,
        Self::RateLimited,
        Self::Internal,
    ];

    /// The word in metrics and logs.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Signed => "signed",
            Self::InvalidRequest => "invalid_request",
            Self::Unauthenticated => "unauthenticated",
            Self::Forbidden => "forbidden",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::NotFound => "not_found",
            Self::BackendCredentials => "backend_credentials",
            Self::Store => "store",
            Self::Unavailable => "unavailable",
            Self::RateLimited => "rate_limited",
            Self::Internal => "internal",
        }
    }
}

/// The counters of one rule, looked up once when the configuration is loaded.
#[derive(Debug)]
pub struct RouteMetrics {
    pub(super) all: Metrics,
    pub(super) rule: String,
    pub(super) backend: String,
    matches: IntCounter,
    duration: Histogram,
    signed_get: IntCounter,
}

impl RouteMetrics {
    /// The counters of a rule; `backend` is `none` for a rule that only refuses.
    #[must_use]
    pub fn new(all: &Metrics, rule: &str, backend: &str) -> Self {
        let get = [backend, rule, Operation::Get.label(), Outcome::Signed.label()];
        Self {
            all: all.clone(),
            rule: rule.to_owned(),
            backend: backend.to_owned(),
            matches: all.rule_matches.with_label_values(&[rule]),
            duration: all.request_duration.with_label_values(&[backend, rule]),
            signed_get: all.requests.with_label_values(&get),
        }
    }

    /// Counts a request that the rule was the first to match.
    pub(crate) fn answered(&self, operation: Operation, outcome: Outcome, took: Duration) {
        self.matches.inc();
        self.duration.observe(took.as_secs_f64());
        if operation == Operation::Get && outcome == Outcome::Signed {
            self.signed_get.inc();
        } else {
            let labels = [self.backend.as_str(), &self.rule, operation.label(), outcome.label()];
            self.all.requests.with_label_values(&labels).inc();
        }
    }

    /// The counters of an object that is passed through the gateway.
    pub(crate) fn stream(&self) -> StreamMetrics {
        StreamMetrics::new(&self.all, &self.backend, &self.rule)
    }

    /// Counts a link that lives shorter than the rule says.
    pub(crate) fn clamped(&self, bound: Bound) {
        self.all.clamped.with_label_values(&[self.backend.as_str(), bound.label()]).inc();
    }
}
