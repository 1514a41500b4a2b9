//! Configurations that came into effect, and those that did not.

use presign_core::Timestamp;
use prometheus::{IntCounter, IntGauge, Registry};

use super::counter;

/// What is told of reloads.
#[derive(Debug, Clone)]
pub(crate) struct ReloadMetrics {
    generation: IntGauge,
    applied: IntCounter,
    refused: IntCounter,
    successful: IntGauge,
    success_time: IntGauge,
}

impl ReloadMetrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let total = counter("config_reload_total", "Reloads of the configuration.", &["outcome"])?;
        let gauge = |name: &str, help: &str| IntGauge::new(format!("presign_config_{name}"), help);
        let metrics = Self {
            generation: gauge("generation", "The number of the configuration in effect.")?,
            applied: total.with_label_values(&["applied"]),
            refused: total.with_label_values(&["refused"]),
            successful: gauge("last_reload_successful", "Whether the configuration that was read last is in effect.")?,
            success_time: gauge(
                "last_reload_success_timestamp_seconds",
                "When the configuration in effect was read, at the start or by a reload.",
            )?,
        };
        registry.register(Box::new(total))?;
        for one in [&metrics.generation, &metrics.successful, &metrics.success_time] {
            registry.register(Box::new(one.clone()))?;
        }
        Ok(metrics)
    }

    /// A configuration is in effect from here on.
    pub(crate) fn in_effect(&self, generation: u64, at: Timestamp) {
        self.generation.set(i64::try_from(generation).unwrap_or(i64::MAX));
        self.successful.set(1);
        self.success_time.set(at.unix());
    }

    pub(crate) fn applied(&self) {
        self.applied.inc();
    }

    pub(crate) fn refused(&self) {
        self.refused.inc();
        self.successful.set(0);
    }
}
