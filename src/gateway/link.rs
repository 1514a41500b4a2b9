//! From a request to a link.

use std::{sync::Arc, time::Duration};

use http::HeaderMap;
use presign_core::{Audience, ObjectLocation, SignError, SignedUrl, Timestamp};

use super::{
    Gateway, Live, Wanted,
    conclude::{applicable, matched},
    undecided::Undecided,
};
use crate::{
    as_stored::as_stored,
    auth::Principal,
    delivery::{Passage, passage},
    existence::Presence,
    lifetime::Bound,
    plan::{Obstacle, Plan},
    record::Asking,
    refusal::Refusal,
    rules::{Grant, Match},
    snapshot::Route,
    upstream::Upstream,
};

/// A link, and how it came about.
#[derive(Debug)]
pub struct Link {
    /// The link; `None` where the caller gets the bytes, and no link to them.
    pub signed: Option<SignedUrl>,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What bounds its life.
    pub bound: Bound,
    /// When it was made.
    pub now: Timestamp,
    /// How much sooner than the link a browser is to forget the redirect.
    pub cache_margin: Duration,
    /// The rule and the backend.
    pub route: Arc<Route>,
    /// Set where the bytes are to pass through the gateway.
    pub upstream: Option<Upstream>,
    /// The object, where the rule has it at another place than was asked for.
    pub rewritten: Option<ObjectLocation>,
}

impl Gateway {
    /// Authenticates the caller and makes a link.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn link(
        &self,
        live: &Live,
        headers: &HeaderMap,
        wanted: &Wanted,
        asking: Asking<'_>,
    ) -> Result<Link, Refusal> {
        let undecided = self.undecided(live, wanted, asking);
        let caller = match live.limits.admit() {
            Ok(()) => self.authenticated(live, headers).await,
            Err(refusal) => Err(refusal),
        };
        self.decided(caller, undecided).await
    }

    /// Makes a link for a caller who was authenticated already.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn link_for(
        &self,
        live: &Live,
        caller: &Arc<Principal>,
        wanted: &Wanted,
        asking: Asking<'_>,
    ) -> Result<Link, Refusal> {
        let caller = live.limits.admit().map(|()| Arc::clone(caller));
        self.decided(caller, self.undecided(live, wanted, asking)).await
    }

    async fn authenticated(&self, live: &Live, headers: &HeaderMap) -> Result<Arc<Principal>, Refusal> {
        let now = self.clock.now();
        let known = match live.authenticator.authenticate_now(headers, now) {
            Some(known) => known,
            None => live.authenticator.authenticate(headers, now).await,
        };
        known.map_err(Refusal::from)
    }

    async fn decided(
        &self,
        caller: Result<Arc<Principal>, Refusal>,
        mut undecided: Undecided<'_>,
    ) -> Result<Link, Refusal> {
        let (live, wanted) = (undecided.live, undecided.wanted);
        let caller = caller.and_then(|caller| {
            undecided.caller = Some(Arc::clone(&caller));
            live.limits.admit_user(&caller.user).map(|()| caller)
        });
        let as_stored = match &caller {
            Ok(caller) => as_stored(&self.existence, &live.snapshot, caller, wanted, &*self.clock).await,
            Err(_) => None,
        };
        let wanted = as_stored.as_ref().unwrap_or(wanted);
        let matched = matched(live, &wanted.location);
        undecided.route = matched.map(|(_, route)| route.as_ref());
        let decision = match applicable(caller.as_deref().map_err(Refusal::clone), matched) {
            Ok((caller, (found, route))) => self.allowed(live, caller, found, route, wanted).await,
            Err(refusal) => Err(refusal),
        };
        undecided.decide(decision).await
    }

    async fn allowed(
        &self,
        live: &Live,
        caller: &Principal,
        found: Match<'_>,
        route: &Arc<Route>,
        wanted: &Wanted,
    ) -> Result<Link, Refusal> {
        // Waiting for the apiserver took time: the link's life counts from here.
        let now = self.clock.now();
        let mut plan = Plan::make(&live.snapshot, found, caller, wanted, now)?;
        plan.ensure_credential().await?;
        let passage = passage(plan.grant.rule().delivery(), wanted.operation, wanted.consumer)?;
        // A signer whose links lead back to the gateway serves them itself.
        let passage = if plan.signer.content().is_some() { Passage::Link } else { passage };
        if plan.grant.rule().check_exists() && wanted.operation.is_read() {
            self.check_exists(plan.signer.as_ref(), &plan.grant, route.built_in, now).await?;
        }
        // Signed once: for the caller, or where nobody else uses the link for the gateway itself.
        plan.audience = if passage == Passage::Stream { Audience::Gateway } else { Audience::Client };
        let signed = match plan.sign().await {
            Err(Obstacle::Signer(SignError::UnsupportedOverride(_))) if wanted.prefers_file => {
                plan.show(wanted);
                plan.sign().await
            }
            signed => signed,
        };
        let (signed, lifetime) = signed?;
        if lifetime.bound.is_clamp() {
            route.metrics.clamped(lifetime.bound);
        }
        let expires_at = signed.expires_at();
        let has_cache_control = plan.overrides.cache_control.is_some();
        let own = |signed| Some(Upstream { signed, passage, has_cache_control });
        let (signed, upstream) = match passage {
            Passage::Link => (Some(signed), None),
            Passage::Stream => (None, own(signed)),
            Passage::Image => {
                plan.audience = Audience::Gateway;
                (Some(signed), own(plan.sign().await?.0))
            }
        };
        let location = plan.grant.location();
        let rewritten = (*location != wanted.location).then(|| location.clone());
        let cache_margin = live.snapshot.config.signing.redirect_cache_margin.0;
        let route = Arc::clone(route);
        Ok(Link { signed, expires_at, bound: lifetime.bound, now, cache_margin, route, upstream, rewritten })
    }

    async fn check_exists(
        &self,
        signer: &dyn presign_core::Signer,
        grant: &Grant<'_>,
        built_in: u64,
        now: Timestamp,
    ) -> Result<(), Refusal> {
        match self.existence.ask(signer, (grant.backend(), built_in), grant.location(), now).await? {
            Presence::There => Ok(()),
            Presence::Absent => Err(Refusal::NotFound),
        }
    }
}
