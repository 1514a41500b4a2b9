//! One request, measured from its start to its end, whatever that is.

use std::time::Duration;

use presign_core::{Clock, Operation};

use super::{Metrics, Outcome, RouteMetrics};

/// A request under way. It is counted when this is dropped, so that one that is cut off (it took longer than
/// `server.limits.request_timeout`, or the client left) counts too, as unavailable.
#[derive(Debug)]
pub(crate) struct Measured<'a> {
    metrics: &'a Metrics,
    clock: &'a dyn Clock,
    route: Option<&'a RouteMetrics>,
    operation: Operation,
    started: Duration,
    outcome: Outcome,
}

impl<'a> Measured<'a> {
    /// Starts.
    pub(crate) fn start(metrics: &'a Metrics, clock: &'a dyn Clock, operation: Operation) -> Self {
        let started = clock.monotonic();
        Self { metrics, clock, route: None, operation, started, outcome: Outcome::Unavailable }
    }

    /// Counts it for a rule.
    pub(crate) const fn matched(&mut self, route: &'a RouteMetrics) {
        self.route = Some(route);
    }

    /// When it started.
    pub(crate) const fn started(&self) -> Duration {
        self.started
    }

    /// Ends.
    pub(crate) fn end(mut self, outcome: Outcome) {
        self.outcome = outcome;
    }
}

impl Drop for Measured<'_> {
    fn drop(&mut self) {
        match self.route {
            Some(route) => {
                let took = self.clock.monotonic().saturating_sub(self.started);
                route.answered(self.operation, self.outcome, took);
            }
            None => self.metrics.unmatched(Some(self.operation), self.outcome),
        }
    }
}
