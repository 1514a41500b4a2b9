//! What the gateway itself does with objects, on a caller's behalf.

use std::sync::Arc;

use super::{
    Gateway, Live, Wanted,
    conclude::{applicable, matched},
};
use crate::{
    admitted::Admitted,
    auth::Principal,
    metrics::Measured,
    plan::Plan,
    record::{Asked, Asking},
    refusal::Refusal,
    rules::Match,
    snapshot::Route,
};

impl Gateway {
    /// Lets a caller do something with an object through the gateway itself, by the same rules as a link.
    ///
    /// # Errors
    /// Why not.
    pub async fn admit(
        &self,
        live: &Live,
        caller: &Principal,
        wanted: &Wanted,
        asking: Asking<'_>,
    ) -> Result<Admitted, Refusal> {
        let mut measured = Measured::start(&self.metrics, &*self.clock, wanted.operation);
        let within_limits = live.limits.admit().and_then(|()| live.limits.admit_user(&caller.user));
        let matched = matched(live, &wanted.location, &mut measured);
        let route = matched.map(|(_, route)| route.as_ref());
        let asked = Asked { caller: Some(caller), route, ..Asked::of(wanted, asking) };
        let waiting = self.waiting(live, asked, &measured);
        let result = match applicable(within_limits, matched) {
            Ok(((), (found, route))) => self.consented(live, caller, found, route, wanted).await,
            Err(refusal) => Err(refusal),
        };
        waiting.ended();
        self.concluded(live, asked, result, measured).await
    }

    async fn consented(
        &self,
        live: &Live,
        caller: &Principal,
        found: Match<'_>,
        route: &Arc<Route>,
        wanted: &Wanted,
    ) -> Result<Admitted, Refusal> {
        let plan = Plan::make(&live.snapshot, found, caller, wanted, self.clock.now())?;
        Ok(plan.with_credential().await?.admitted(Arc::clone(route)))
    }
}
