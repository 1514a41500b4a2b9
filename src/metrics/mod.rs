//! What Prometheus is told.
//!
//! Labels come from the configuration and from closed lists only, never from a request: how many series there are is a
//! function of the configuration. Authenticators and signers are measured from outside, by decorators.

mod authenticator;
mod credential;
mod forget;
mod limits;
mod link_cache;
mod reload;
mod requests;
mod signer;
mod streams;
mod uploads;

use std::sync::Arc;

use prometheus::{
    Encoder, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec, Opts, Registry,
    TextEncoder, core::Collector,
};

use self::reload::ReloadMetrics;
pub use authenticator::{AuthMetrics, MeteredAuthenticator};
pub use credential::CredentialMetrics;
pub use limits::LimitMetrics;
pub use link_cache::LinkCacheMetrics;
pub use requests::{Outcome, RouteMetrics};
pub use signer::MeteredSigner;
pub(crate) use streams::{StreamCounters, StreamMetrics, StreamOutcome};
use uploads::UploadMetrics;

/// Seconds: from a cached answer (tens of microseconds) to a time-out.
const REQUEST_BUCKETS: &[f64] =
    &[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];
/// Seconds: from an HMAC (one microsecond) to a token service's answer.
const SIGN_BUCKETS: &[f64] =
    &[0.000_001, 0.000_002_5, 0.000_005, 0.00001, 0.00005, 0.0001, 0.0005, 0.001, 0.005, 0.05, 0.5, 5.0];

/// All metrics, registered with one registry.
#[derive(Debug, Clone)]
pub struct Metrics {
    registry: Registry,
    pub(crate) requests: IntCounterVec,
    pub(crate) request_duration: HistogramVec,
    pub(crate) rule_matches: IntCounterVec,
    pub(crate) clamped: IntCounterVec,
    pub(crate) sign_duration: HistogramVec,
    pub(crate) sign_failures: IntCounterVec,
    pub(crate) auth: IntCounterVec,
    pub(crate) auth_duration: HistogramVec,
    pub(crate) auth_calls: IntCounterVec,
    pub(crate) auth_cache: IntCounterVec,
    pub(crate) credential_expires: IntGaugeVec,
    pub(crate) credential_refresh: IntCounterVec,
    pub(crate) link_cache: IntCounterVec,
    pub(crate) reload: ReloadMetrics,
    pub(crate) streams: StreamCounters,
    pub(crate) limits: LimitMetrics,
    pub(crate) audit_dropped: IntCounter,
    pub(crate) connections: IntGauge,
    certificate: IntGaugeVec,
    pub(crate) upload: UploadMetrics,
}

impl Metrics {
    /// New metrics in a registry of their own.
    ///
    /// # Errors
    /// When two metrics have one name, which is a mistake in this program.
    pub fn new() -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let metrics = Self {
            requests: counter("requests_total", "Requests for objects.", &["backend", "rule", "operation", "outcome"])?,
            request_duration: histogram(
                "request_duration_seconds",
                "Time to answer a request for an object.",
                &["backend", "rule"],
                REQUEST_BUCKETS,
            )?,
            rule_matches: counter("rule_matches_total", "Requests that a rule was the first to match.", &["rule"])?,
            clamped: counter(
                "ttl_clamped_total",
                "Links that live shorter than their rule says, by what bounds them.",
                &["backend", "bound"],
            )?,
            sign_duration: histogram(
                "sign_duration_seconds",
                "Time to sign.",
                &["backend", "operation"],
                SIGN_BUCKETS,
            )?,
            sign_failures: counter(
                "sign_failures_total",
                "Links that were not signed, by cause.",
                &["backend", "cause"],
            )?,
            auth: counter("auth_total", "Callers authenticated or refused.", &["provider", "outcome"])?,
            auth_duration: histogram(
                "auth_duration_seconds",
                "Time that calls of the apiserver took.",
                &[],
                REQUEST_BUCKETS,
            )?,
            auth_calls: counter("auth_calls_total", "Calls of the apiserver, by how they ended.", &["outcome"])?,
            auth_cache: counter("auth_cache_total", "Look-ups of tokens in the cache.", &["result"])?,
            credential_expires: gauges(
                "credential_expires_timestamp_seconds",
                "When a backend's credential ends.",
                &["backend"],
            )?,
            credential_refresh: counter(
                "credential_refresh_total",
                "Attempts to get a credential for a backend.",
                &["backend", "outcome"],
            )?,
            link_cache: counter("link_cache_total", "Look-ups of remembered links.", &["backend", "result"])?,
            reload: ReloadMetrics::register(&registry)?,
            streams: StreamCounters::new()?,
            limits: LimitMetrics::register(&registry)?,
            audit_dropped: IntCounter::new("presign_audit_dropped_total", "Audit records that were not written.")?,
            connections: IntGauge::new("presign_http_connections", "Open connections of clients.")?,
            certificate: gauges("tls_certificate_expires_timestamp_seconds", "When the certificate ends.", &[])?,
            upload: UploadMetrics::register(&registry)?,
            registry,
        };
        metrics.register()?;
        Ok(metrics)
    }

    fn register(&self) -> Result<(), prometheus::Error> {
        let collectors: Vec<Box<dyn Collector>> = vec![
            Box::new(self.requests.clone()),
            Box::new(self.request_duration.clone()),
            Box::new(self.rule_matches.clone()),
            Box::new(self.clamped.clone()),
            Box::new(self.sign_duration.clone()),
            Box::new(self.sign_failures.clone()),
            Box::new(self.auth.clone()),
            Box::new(self.auth_duration.clone()),
            Box::new(self.auth_calls.clone()),
            Box::new(self.auth_cache.clone()),
            Box::new(self.credential_expires.clone()),
            Box::new(self.credential_refresh.clone()),
            Box::new(self.link_cache.clone()),
            Box::new(self.connections.clone()),
            Box::new(self.certificate.clone()),
        ];
        collectors
            .into_iter()
            .chain(self.streams.collectors())
            .try_for_each(|collector| self.registry.register(collector))?;
        self.registry.register(Box::new(self.audit_dropped.clone()))?;
        let build = gauges("build_info", "Always 1; the version is in the label.", &["version"])?;
        build.with_label_values(&[env!("CARGO_PKG_VERSION")]).set(1);
        self.registry.register(Box::new(build))
    }

    /// Says when a backend's credential ends.
    pub(crate) fn credential(&self, backend: &str, credential: Option<presign_core::CredentialInfo>) {
        match credential.and_then(|credential| credential.expires_at) {
            Some(at) => self.credential_expires.with_label_values(&[backend]).set(at.unix()),
            None => drop(self.credential_expires.remove_label_values(&[backend])),
        }
    }

    /// Says when the certificate that clients are shown ends, if there is one.
    pub(crate) fn certificate(&self, expires_at: Option<presign_core::Timestamp>) {
        match expires_at {
            Some(at) => self.certificate.with_label_values::<&str>(&[]).set(at.unix()),
            None => self.certificate.reset(),
        }
    }

    /// What is told of limits.
    #[must_use]
    pub const fn limits(&self) -> &LimitMetrics {
        &self.limits
    }

    /// Measures callers' authentication.
    #[must_use]
    pub fn auth_observer(&self) -> Arc<AuthMetrics> {
        Arc::new(AuthMetrics::new(self))
    }

    /// Counts a backend's attempts to get credentials.
    #[must_use]
    pub fn credential_observer(&self, backend: &str) -> Arc<CredentialMetrics> {
        Arc::new(CredentialMetrics::new(self, backend))
    }

    /// Counts a request that no rule matched, or that was refused before any was looked for. Of one that cannot be read,
    /// the operation may not be known.
    pub(crate) fn unmatched(&self, operation: Option<presign_core::Operation>, outcome: Outcome) {
        let operation = operation.map_or("none", presign_core::Operation::label);
        self.requests.with_label_values(&["none", "none", operation, outcome.label()]).inc();
    }

    /// All of them in Prometheus's text format.
    ///
    /// # Errors
    /// As the encoder says.
    pub fn encode(&self) -> Result<Vec<u8>, prometheus::Error> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut text)?;
        Ok(text)
    }
}

fn counter(name: &str, help: &str, labels: &[&str]) -> Result<IntCounterVec, prometheus::Error> {
    IntCounterVec::new(Opts::new(format!("presign_{name}"), help), labels)
}

fn gauges(name: &str, help: &str, labels: &[&str]) -> Result<IntGaugeVec, prometheus::Error> {
    IntGaugeVec::new(Opts::new(format!("presign_{name}"), help), labels)
}

fn histogram(name: &str, help: &str, labels: &[&str], buckets: &[f64]) -> Result<HistogramVec, prometheus::Error> {
    HistogramVec::new(HistogramOpts::new(format!("presign_{name}"), help).buckets(buckets.to_vec()), labels)
}
