//! Steps that all requests have in common: which rule one falls under, and what the audit trail has of it.

use std::{sync::Arc, time::Duration};

use presign_core::{ObjectLocation, Operation};

use super::{Gateway, Link, Live};
use crate::{
    log_line,
    plan::Obstacle,
    record::{Asked, Asking, Granted, Record},
    refusal::Refusal,
    rules::Match,
    snapshot::Route,
};

/// The first rule that matches an object, with its backend.
pub(super) fn matched<'w, 'l: 'w>(live: &'l Live, location: &'w ObjectLocation) -> Option<(Match<'w>, &'l Arc<Route>)> {
    let spellings = live.snapshot.endpoints.spellings(location);
    let found = live.snapshot.rules.find(&spellings, location)?;
    live.snapshot.route(found.rule()).map(|route| (found, route))
}

/// Who asks, and by which rule: what a decision needs.
///
/// # Errors
/// Why the caller is refused before anything is looked at, or that no rule matches.
pub(super) fn applicable<C, M>(caller: Result<C, Refusal>, matched: Option<M>) -> Result<(C, M), Refusal> {
    let caller = caller?;
    matched.map(|matched| (caller, matched)).ok_or_else(|| Obstacle::NoRule.into())
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
        let refused = self.audited(live, asked, Err::<Link, _>(refusal.clone())).await;
        let refusal = refused.err().unwrap_or(refusal);
        log_line::write(&asked, refusal.outcome(), Some(&refusal), Duration::ZERO);
        refusal
    }

    /// Writes a decision into the audit trail, if there is one. What it has to have, and has not, is not granted.
    pub(super) async fn audited<T: Granted>(
        &self,
        live: &Live,
        asked: Asked<'_>,
        decision: Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let Some(audit) = &live.audit else { return decision };
        let written = audit.record(&Record::new(asked, decision.as_ref(), self.clock.now())).await;
        match (written, decision) {
            (Err(error), Ok(_)) => Err(Refusal::Unavailable { message: error.to_string(), retry_after: None }),
            (_, decision) => decision,
        }
    }
}
