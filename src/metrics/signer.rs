//! A signer, measured.

use std::sync::Arc;

use async_trait::async_trait;
use presign_core::{Clock, CredentialInfo, Operation, SignError, SignRequest, SignedUrl, Signer, Timestamp};
use prometheus::{Histogram, IntCounter};
use tracing::Instrument;

use super::Metrics;
use crate::{decorated::Decorator, traces};

/// What is to blame for a link that was not signed. A request that cannot be signed at all is not counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The backend's credentials, which somebody has to mend.
    Credentials,
    /// Whoever has to be asked: it is down, too slow, or limits the rate.
    Unavailable,
    /// The signer.
    Internal,
}

impl Cause {
    pub(super) const ALL: [Self; 3] = [Self::Credentials, Self::Unavailable, Self::Internal];

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Credentials => "credentials",
            Self::Unavailable => "unavailable",
            Self::Internal => "internal",
        }
    }

    const fn of(error: &SignError) -> Option<Self> {
        match error {
            SignError::Credentials(_) => Some(Self::Credentials),
            SignError::Unavailable { .. } => Some(Self::Unavailable),
            SignError::Internal(_) => Some(Self::Internal),
            _ => None,
        }
    }
}

/// A signer that tells how long its signatures take, and how often there is none.
#[derive(Debug)]
pub struct MeteredSigner {
    inner: Arc<dyn Signer>,
    clock: Arc<dyn Clock>,
    durations: [Histogram; Operation::ALL.len()],
    failures: [IntCounter; Cause::ALL.len()],
}

impl MeteredSigner {
    /// Measures a backend's signer.
    #[must_use]
    pub fn new(inner: Arc<dyn Signer>, backend: &str, metrics: &Metrics, clock: Arc<dyn Clock>) -> Self {
        let durations =
            Operation::ALL.map(|operation| metrics.sign_duration.with_label_values(&[backend, operation.label()]));
        let failures = Cause::ALL.map(|cause| metrics.sign_failures.with_label_values(&[backend, cause.label()]));
        Self { inner, clock, durations, failures }
    }

    /// Counts, when there is nothing.
    fn failed<T>(&self, result: Result<T, SignError>) -> Result<T, SignError> {
        let Some(cause) = result.as_ref().err().and_then(Cause::of) else { return result };
        for (known, failures) in Cause::ALL.iter().zip(&self.failures) {
            if cause == *known {
                failures.inc();
            }
        }
        result
    }

    fn observe(&self, operation: Operation, started: std::time::Duration) {
        let took = self.clock.monotonic().saturating_sub(started);
        for (known, duration) in Operation::ALL.iter().zip(&self.durations) {
            if *known == operation {
                duration.observe(took.as_secs_f64());
            }
        }
    }
}

#[async_trait]
impl Decorator for MeteredSigner {
    fn inner(&self) -> &dyn Signer {
        self.inner.as_ref()
    }

    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        let started = self.clock.monotonic();
        let signed = self.inner.sign_now(request)?;
        self.observe(request.operation, started);
        Some(self.failed(signed))
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        let started = self.clock.monotonic();
        let signed = self.inner.sign(request).instrument(traces::sign(request.operation)).await;
        self.observe(request.operation, started);
        self.failed(signed)
    }

    async fn renew(&self, needed_until: Timestamp) -> Result<CredentialInfo, SignError> {
        self.failed(self.inner.renew(needed_until).await)
    }
}
