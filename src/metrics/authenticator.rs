//! An authenticator, measured.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use http::HeaderMap;
use presign_core::{Readiness, Timestamp};
use prometheus::{Histogram, IntCounter, IntCounterVec};
use tracing::Instrument;

use super::Metrics;
use crate::{
    auth::{AuthError, AuthObserver, Authenticator, CacheResult, CallOutcome, Principal},
    traces,
};

/// What an authenticator tells of its cache and its calls.
#[derive(Debug)]
pub struct AuthMetrics {
    cache: IntCounterVec,
    hits: IntCounter,
    call_durations: Histogram,
    calls: [IntCounter; CallOutcome::ALL.len()],
}

impl AuthMetrics {
    pub(super) fn new(metrics: &Metrics) -> Self {
        Self {
            cache: metrics.auth_cache.clone(),
            hits: metrics.auth_cache.with_label_values(&[CacheResult::Hit.label()]),
            call_durations: metrics.auth_duration.with_label_values::<&str>(&[]),
            calls: CallOutcome::ALL.map(|outcome| metrics.auth_calls.with_label_values(&[outcome.label()])),
        }
    }
}

impl AuthObserver for AuthMetrics {
    fn cache(&self, result: CacheResult) {
        match result {
            CacheResult::Hit => self.hits.inc(),
            other => self.cache.with_label_values(&[other.label()]).inc(),
        }
    }

    fn call(&self, _endpoint: &'static str, outcome: CallOutcome, took: Duration) {
        self.call_durations.observe(took.as_secs_f64());
        for (known, calls) in CallOutcome::ALL.iter().zip(&self.calls) {
            if *known == outcome {
                calls.inc();
            }
        }
    }
}

/// An authenticator that counts how its callers fare.
#[derive(Debug)]
pub struct MeteredAuthenticator {
    inner: Arc<dyn Authenticator>,
    outcomes: IntCounterVec,
    authenticated: IntCounter,
}

impl MeteredAuthenticator {
    /// Counts.
    #[must_use]
    pub fn new(inner: Arc<dyn Authenticator>, metrics: &Metrics) -> Self {
        let authenticated = metrics.auth.with_label_values(&[inner.provider(), "authenticated"]);
        Self { inner, outcomes: metrics.auth.clone(), authenticated }
    }

    fn count(&self, result: &Result<Arc<Principal>, AuthError>) {
        match result {
            Ok(_) => self.authenticated.inc(),
            Err(error) => self.outcomes.with_label_values(&[self.inner.provider(), error.label()]).inc(),
        }
    }
}

#[async_trait]
impl Authenticator for MeteredAuthenticator {
    fn authenticate_now(&self, headers: &HeaderMap, now: Timestamp) -> Option<Result<Arc<Principal>, AuthError>> {
        let result = self.inner.authenticate_now(headers, now)?;
        self.count(&result);
        Some(result)
    }

    async fn authenticate(&self, headers: &HeaderMap, now: Timestamp) -> Result<Arc<Principal>, AuthError> {
        let result = self.inner.authenticate(headers, now).instrument(traces::authenticate()).await;
        self.count(&result);
        result
    }

    fn provider(&self) -> &'static str {
        self.inner.provider()
    }

    fn readiness(&self) -> Readiness {
        self.inner.readiness()
    }
}
