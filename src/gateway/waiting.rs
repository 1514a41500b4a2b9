//! Requests that are cut off while they wait for somebody.

use std::time::Duration;

use presign_core::Clock;

use super::{Gateway, Link, Live};
use crate::{
    metrics::{Measured, Outcome},
    record::{Asked, Record},
    refusal::Refusal,
    snapshot::Route,
};

const CUT: &str = "cut off: it took longer than server.limits.request_timeout, or the client left";

/// A request that waits. When it is dropped before it has ended it is recorded as cut off: it took longer than
/// `server.limits.request_timeout`, or the client left. Nobody waits for that record, because nothing was granted.
pub(super) struct Waiting<'a> {
    live: &'a Live,
    clock: &'a dyn Clock,
    started: Duration,
    asked: Option<Asked<'a>>,
}

impl Gateway {
    /// A request that may be cut off from here on.
    pub(super) fn waiting<'a>(&'a self, live: &'a Live, asked: Asked<'a>, measured: &Measured<'_>) -> Waiting<'a> {
        Waiting { live, clock: &*self.clock, started: measured.started(), asked: Some(asked) }
    }
}

impl<'a> Waiting<'a> {
    /// Tells the rule, once it is found.
    pub(super) fn matched(&mut self, route: Option<&'a Route>) {
        if let Some(asked) = &mut self.asked {
            asked.route = route;
        }
    }

    /// What it waited for is there.
    pub(super) fn ended(mut self) {
        self.asked = None;
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        let Some(asked) = self.asked.take() else { return };
        let refusal = Refusal::Unavailable { message: CUT.to_owned(), retry_after: None };
        let record = Record::new(asked, Err::<&Link, _>(&refusal), self.clock.now());
        if let Some(audit) = &self.live.audit {
            audit.note(&record);
        }
        record.log(Outcome::Unavailable, self.clock.monotonic().saturating_sub(self.started));
    }
}
