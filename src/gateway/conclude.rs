//! A request's first step and its last: which rule it falls under, and telling what became of it.

use std::{sync::Arc, time::Duration};

use presign_core::{ObjectLocation, Operation};

use super::{Gateway, Link, Live};
use crate::{
    metrics::{Measured, Outcome},
    plan::Obstacle,
    record::{Asked, Asking, Granted, Record},
    refusal::Refusal,
    rules::Match,
    snapshot::Route,
};

/// The first rule that matches an object, with its backend; the request counts for it from here on.
pub(super) fn matched<'w, 'l: 'w>(
    live: &'l Live,
    location: &'w ObjectLocation,
    measured: &mut Measured<'l>,
) -> Option<(Match<'w>, &'l Arc<Route>)> {
    let spellings = live.snapshot.endpoints.spellings(location);
    let found = live.snapshot.rules.find(&spellings, location)?;
    let route = live.snapshot.route(found.rule())?;
    measured.matched(&route.metrics);
    Some((found, route))
}

/// Who asks, and by which rule: what a decision needs.
///
/// # Errors
/// Why the caller is refused before anything is looked at, or that no rule matches.
pub(super) fn applicable<C, M>(caller: Result<C, Refusal>, matched: Option<M>) -> Result<(C, M), Refusal> {
    let caller = caller?;
    matched.map(|matched| (caller, matched)).ok_or_else(|| Obstacle::NoRule.into())
}

fn outcome<T>(result: &Result<T, Refusal>) -> Outcome {
    result.as_ref().map_or_else(Refusal::outcome, |_| Outcome::Signed)
}

impl Gateway {
    /// Counts and records a request that was refused before it was known what it asks for; `operation` is `None` where
    /// not even that is.
    pub async fn refuse(
        &self,
        live: &Live,
        operation: Option<Operation>,
        asking: Asking<'_>,
        refusal: Refusal,
    ) -> Refusal {
        self.metrics.unmatched(operation, refusal.outcome());
        let asked = Asked { asking, operation, location: None, caller: None, route: None };
        let refused = Err::<Link, _>(refusal.clone());
        self.recorded(live, asked, refused, self.clock.monotonic()).await.err().unwrap_or(refusal)
    }

    /// Says in audit trail, log and metrics what was decided.
    pub(super) async fn concluded<T: Granted>(
        &self,
        live: &Live,
        asked: Asked<'_>,
        result: Result<T, Refusal>,
        measured: Measured<'_>,
    ) -> Result<T, Refusal> {
        let result = self.recorded(live, asked, result, measured.started()).await;
        measured.end(outcome(&result));
        result
    }

    /// Says in audit trail and log what was decided. What the trail has to have, and has not, is not granted.
    async fn recorded<T: Granted>(
        &self,
        live: &Live,
        asked: Asked<'_>,
        mut result: Result<T, Refusal>,
        started: Duration,
    ) -> Result<T, Refusal> {
        let now = self.clock.now();
        if let Some(audit) = &live.audit {
            let written = audit.record(&Record::new(asked, result.as_ref(), now)).await;
            if let (Err(error), Ok(_)) = (written, &result) {
                result = Err(Refusal::Unavailable { message: error.to_string(), retry_after: None });
            }
        }
        let took = self.clock.monotonic().saturating_sub(started);
        Record::new(asked, result.as_ref(), now).log(outcome(&result), took);
        result
    }
}
