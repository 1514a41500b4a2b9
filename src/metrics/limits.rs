//! What was refused for the sake of limits, and how near they are.

use prometheus::{IntCounter, IntGauge, Registry};

use super::counter;

/// What is told of limits.
#[derive(Debug, Clone)]
pub struct LimitMetrics {
    /// Refused by `max_requests`.
    pub(crate) requests: IntCounter,
    /// Refused by `rate_limit`.
    pub(crate) rate: IntCounter,
    /// Refused by `user_rate_limit`.
    pub(crate) user_rate: IntCounter,
    /// Requests that are answered now, as they were counted last.
    pub(crate) in_progress: IntGauge,
}

impl LimitMetrics {
    pub(super) fn register(registry: &Registry) -> Result<Self, prometheus::Error> {
        let total = counter("limited_total", "Requests that a limit refused.", &["limit"])?;
        let metrics = Self {
            requests: total.with_label_values(&["max_requests"]),
            rate: total.with_label_values(&["rate"]),
            user_rate: total.with_label_values(&["user_rate"]),
            in_progress: IntGauge::new("presign_requests_in_progress", "Requests that are answered now.")?,
        };
        registry.register(Box::new(total))?;
        registry.register(Box::new(metrics.in_progress.clone()))?;
        Ok(metrics)
    }
}
