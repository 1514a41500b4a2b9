//! Files that were uploaded through the gateway.

use prometheus::{IntCounterVec, Registry};

use super::{Metrics, counter};

/// Uploads, per rule.
#[derive(Debug, Clone)]
pub(crate) struct UploadMetrics {
    pub(super) uploads: IntCounterVec,
    pub(super) bytes: IntCounterVec,
}

impl UploadMetrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let uploads = counter("uploads_total", "Uploads through the gateway.", &["backend", "rule", "outcome"])?;
        let bytes = counter("upload_bytes_total", "Bytes of files that were stored.", &["backend", "rule"])?;
        registry.register(Box::new(uploads.clone()))?;
        registry.register(Box::new(bytes.clone()))?;
        Ok(Self { uploads, bytes })
    }
}

impl super::RouteMetrics {
    /// Counts an upload that ended; with the file's bytes, when it was stored.
    pub(crate) fn uploaded(&self, stored: Option<u64>) {
        let Metrics { upload, .. } = &self.all;
        let outcome = if stored.is_some() { "stored" } else { "failed" };
        upload.uploads.with_label_values(&[self.backend.as_str(), &self.rule, outcome]).inc();
        upload.bytes.with_label_values(&[self.backend.as_str(), &self.rule]).inc_by(stored.unwrap_or_default());
    }
}
