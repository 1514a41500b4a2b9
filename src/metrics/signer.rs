//! A signer, measured.

use std::sync::Arc;

use async_trait::async_trait;
use presign_core::{
    Clock, Content, CredentialInfo, Endpoint, ExpiresIn, Multipart, ObjectLocation, Operation, Readiness,
    ResponseOverrides, SignError, SignRequest, SignedUrl, Signer, Timestamp,
};
use prometheus::Histogram;

use super::Metrics;

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
impl Signer for MeteredSigner {
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

    fn claims(&self, location: &ObjectLocation) -> bool {
        self.inner.claims(location)
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        self.inner.endpoints()
    }

    fn refuses(&self, overrides: &ResponseOverrides) -> Option<&'static str> {
        self.inner.refuses(overrides)
    }

    fn longest_life(&self) -> ExpiresIn {
        self.inner.longest_life()
    }

    fn readiness(&self, now: Timestamp) -> Readiness {
        self.inner.readiness(now)
    }

    fn credential(&self) -> Option<CredentialInfo> {
        self.inner.credential()
    }

    async fn renew(&self, needed_until: Timestamp) -> Result<CredentialInfo, SignError> {
        self.inner.renew(needed_until).await
    }

    async fn keep_fresh(&self) {
        self.inner.keep_fresh().await;
    }

    fn attributes(&self) -> bool {
        self.inner.attributes()
    }

    fn string_to_sign(&self, request: &SignRequest<'_>) -> Option<String> {
        self.inner.string_to_sign(request)
    }

    fn multipart(&self) -> Option<&dyn Multipart> {
        self.inner.multipart()
    }

    fn content(&self) -> Option<&dyn Content> {
        self.inner.content()
    }
}
