//! A request from its start to its decision, which is told to log, audit trail and metrics.

use std::{sync::Arc, time::Duration};

use super::{Gateway, Live, Wanted};
use crate::{
    auth::Principal,
    log_line,
    metrics::Outcome,
    record::{Asked, Asking, Granted, Record},
    refusal::Refusal,
    snapshot::Route,
};

const CUT: &str = "cut off: it took longer than server.limits.request_timeout, or the client left";

/// A request that is not decided yet. When it is dropped before it is, it was cut off: it took longer than
/// `server.limits.request_timeout`, or the client left. That is told too; nobody waits for its audit record, because
/// nothing was granted.
pub(super) struct Undecided<'a> {
    gateway: &'a Gateway,
    pub(super) live: &'a Live,
    pub(super) wanted: &'a Wanted,
    asking: Asking<'a>,
    /// Who asks, once that is known.
    pub(super) caller: Option<Arc<Principal>>,
    /// The rule that it falls under, once that is known; it counts for that rule from there on.
    pub(super) route: Option<&'a Route>,
    started: Duration,
    is_decided: bool,
}

impl Gateway {
    /// A request that starts.
    pub(super) fn undecided<'a>(&'a self, live: &'a Live, wanted: &'a Wanted, asking: Asking<'a>) -> Undecided<'a> {
        let started = self.clock.monotonic();
        Undecided { gateway: self, live, wanted, asking, caller: None, route: None, started, is_decided: false }
    }
}

impl Undecided<'_> {
    /// Decides, and tells it. What the audit trail has to have, and has not, is not granted.
    pub(super) async fn decide<T: Granted>(mut self, decision: Result<T, Refusal>) -> Result<T, Refusal> {
        let decision = self.gateway.audited(self.live, self.asked(), decision).await;
        self.is_decided = true;
        self.tell(decision.as_ref().err());
        decision
    }

    fn asked(&self) -> Asked<'_> {
        let Self { wanted, asking, caller, route, .. } = self;
        let (operation, location) = (Some(wanted.operation), Some(&wanted.location));
        Asked { asking: *asking, operation, location, caller: caller.as_deref(), route: *route }
    }

    fn tell(&self, refusal: Option<&Refusal>) {
        let outcome = refusal.map_or(Outcome::Signed, Refusal::outcome);
        let took = self.gateway.clock.monotonic().saturating_sub(self.started);
        match self.route {
            Some(route) => route.metrics.answered(self.wanted.operation, outcome, took),
            None => self.gateway.metrics.unmatched(Some(self.wanted.operation), outcome),
        }
        log_line::write(&self.asked(), outcome, refusal, took);
    }
}

impl Drop for Undecided<'_> {
    fn drop(&mut self) {
        if self.is_decided {
            return;
        }
        let refusal = Refusal::Unavailable { message: CUT.to_owned(), retry_after: None };
        if let Some(audit) = &self.live.audit {
            audit.note(&Record::refused(self.asked(), &refusal, self.gateway.clock.now()));
        }
        self.tell(Some(&refusal));
    }
}
