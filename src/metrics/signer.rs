//! A signer, measured.

use std::sync::Arc;

use async_trait::async_trait;
use presign_core::{Clock, Operation, SignError, SignRequest, SignedUrl, Signer};
use prometheus::Histogram;

use super::Metrics;
use crate::decorated::Decorator;

/// A signer that tells how long its signatures take.
#[derive(Debug)]
pub struct MeteredSigner {
    inner: Arc<dyn Signer>,
    clock: Arc<dyn Clock>,
    durations: [Histogram; Operation::ALL.len()],
}

impl MeteredSigner {
    /// Measures a backend's signer.
    #[must_use]
    pub fn new(inner: Arc<dyn Signer>, backend: &str, metrics: &Metrics, clock: Arc<dyn Clock>) -> Self {
        let durations =
            Operation::ALL.map(|operation| metrics.sign_duration.with_label_values(&[backend, operation.label()]));
        Self { inner, clock, durations }
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
        Some(signed)
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        let started = self.clock.monotonic();
        let signed = self.inner.sign(request).await;
        self.observe(request.operation, started);
        signed
    }
}
