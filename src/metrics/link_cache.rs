//! Look-ups of remembered links.

use prometheus::IntCounter;

use super::Metrics;

/// The look-ups of one backend.
#[derive(Debug)]
pub struct LinkCacheMetrics {
    hits: IntCounter,
    misses: IntCounter,
}

impl LinkCacheMetrics {
    /// The look-ups of a backend.
    #[must_use]
    pub fn new(metrics: &Metrics, backend: &str) -> Self {
        let counter = |result| metrics.link_cache.with_label_values(&[backend, result]);
        Self { hits: counter("hit"), misses: counter("miss") }
    }

    pub(crate) fn looked_up(&self, found: bool) {
        if found { self.hits.inc() } else { self.misses.inc() }
    }
}
