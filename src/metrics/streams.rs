//! Objects passed through the gateway, per backend and per rule.

use std::time::Duration;

use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec, IntGauge, core::Collector};

use super::{Metrics, counter, histogram};

/// Seconds: from a small image to a large model over a slow line.
const BUCKETS: &[f64] = &[0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 1800.0];

/// The counters of all streams.
#[derive(Debug, Clone)]
pub(crate) struct StreamCounters {
    ended: IntCounterVec,
    bytes: IntCounterVec,
    duration: HistogramVec,
    /// How many there are.
    pub(crate) open: IntGauge,
}

impl StreamCounters {
    pub(super) fn new() -> Result<Self, prometheus::Error> {
        let (route, outcome) = (["backend", "rule"], ["backend", "rule", "outcome"]);
        let took = "Time to pass an object through the gateway.";
        Ok(Self {
            ended: counter("streams_total", "Objects passed through the gateway, by how that ended.", &outcome)?,
            bytes: counter("stream_bytes_total", "Bytes of objects passed through the gateway.", &route)?,
            duration: histogram("stream_duration_seconds", took, &route, BUCKETS)?,
            open: IntGauge::new("presign_streams_open", "Objects on their way through the gateway.")?,
        })
    }

    pub(super) fn collectors(&self) -> [Box<dyn Collector>; 4] {
        let Self { ended, bytes, duration, open } = self.clone();
        [Box::new(ended), Box::new(bytes), Box::new(duration), Box::new(open)]
    }
}

/// How the way of an object through the gateway ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StreamOutcome {
    /// With its last byte.
    Complete,
    /// The client went away.
    ClientGone,
    /// The store did not give the object, or broke off.
    StoreFailed,
    /// The store sent nothing for too long.
    StoreStalled,
    /// The object is not there.
    NotFound,
    /// It was no image, and the client was redirected to it.
    Declined,
}

impl StreamOutcome {
    const fn label(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::ClientGone => "client_gone",
            Self::StoreFailed => "store_failed",
            Self::StoreStalled => "store_stalled",
            Self::NotFound => "not_found",
            Self::Declined => "declined",
        }
    }
}

/// The counters of one stream.
#[derive(Debug)]
pub(crate) struct StreamMetrics {
    bytes: IntCounter,
    duration: Histogram,
    ended: IntCounterVec,
    labels: [String; 2],
}

impl StreamMetrics {
    pub(super) fn new(all: &Metrics, backend: &str, rule: &str) -> Self {
        let labels = [backend, rule];
        Self {
            bytes: all.streams.bytes.with_label_values(&labels),
            duration: all.streams.duration.with_label_values(&labels),
            ended: all.streams.ended.clone(),
            labels: labels.map(str::to_owned),
        }
    }

    /// Counts bytes that were handed on.
    pub(crate) fn bytes(&self, bytes: u64) {
        self.bytes.inc_by(bytes);
    }

    /// Counts the end.
    pub(crate) fn ended(&self, outcome: StreamOutcome, took: Duration) {
        let [backend, rule] = &self.labels;
        self.ended.with_label_values(&[backend, rule, outcome.label()]).inc();
        self.duration.observe(took.as_secs_f64());
    }
}
