//! What the gateway itself does with objects, on a caller's behalf.

use std::sync::Arc;

use super::{
    Gateway, Live, Wanted,
    conclude::{applicable, matched},
};
use crate::{
    admitted::Admitted, auth::Principal, plan::Plan, record::Asking, refusal::Refusal, rules::Match, snapshot::Route,
};

impl Gateway {
    /// Lets a caller do something with an object through the gateway itself, by the same rules as a link.
    ///
    /// # Errors
    /// Why not.
    pub async fn admit(
        &self,
        live: &Live,
        caller: &Arc<Principal>,
        wanted: &Wanted,
        asking: Asking<'_>,
    ) -> Result<Admitted, Refusal> {
        let mut undecided = self.undecided(live, wanted, asking);
        undecided.caller = Some(Arc::clone(caller));
        let within_limits = live.limits.admit().and_then(|()| live.limits.admit_user(&caller.user));
        let matched = matched(live, &wanted.location);
        undecided.route = matched.map(|(_, route)| route.as_ref());
        let decision = match applicable(within_limits.map(|()| caller), matched) {
            Ok((caller, (found, route))) => self.consented(live, caller, found, route, wanted).await,
            Err(refusal) => Err(refusal),
        };
        undecided.decide(decision).await
    }

    async fn consented(
        &self,
        live: &Live,
        caller: &Principal,
        found: Match<'_>,
        route: &Arc<Route>,
        wanted: &Wanted,
    ) -> Result<Admitted, Refusal> {
        let mut plan = Plan::make(&live.snapshot, found, caller, wanted, self.clock.now())?;
        plan.ensure_credential().await?;
        Ok(plan.admitted(Arc::clone(route)))
    }
}
