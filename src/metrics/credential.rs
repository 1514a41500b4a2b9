//! A backend's attempts to get credentials.

use presign_core::{CredentialObserver, RefreshOutcome};
use prometheus::IntCounter;

use super::Metrics;

/// Counts the attempts of one backend.
#[derive(Debug)]
pub struct CredentialMetrics([IntCounter; RefreshOutcome::ALL.len()]);

impl CredentialMetrics {
    pub(super) fn new(metrics: &Metrics, backend: &str) -> Self {
        Self(
            RefreshOutcome::ALL
                .map(|outcome| metrics.credential_refresh.with_label_values(&[backend, outcome.label()])),
        )
    }
}

impl CredentialObserver for CredentialMetrics {
    fn refreshed(&self, outcome: RefreshOutcome) {
        for (known, counter) in RefreshOutcome::ALL.iter().zip(&self.0) {
            if *known == outcome {
                counter.inc();
            }
        }
    }
}
