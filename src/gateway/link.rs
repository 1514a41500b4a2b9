//! From a request to a link.

use std::{sync::Arc, time::Duration};

use http::HeaderMap;
use presign_core::{Audience, ObjectLocation, SignError, SignedUrl, Timestamp};

use super::{
    Gateway, Live, Wanted,
    conclude::{applicable, matched},
};
use crate::{
    as_stored::as_stored,
    auth::Principal,
    delivery::{Passage, passage},
    existence::Presence,
    lifetime::Bound,
    metrics::Measured,
    plan::{Obstacle, Plan},
    record::{Asked, Asking},
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
        let measured = Measured::start(&self.metrics, &*self.clock, wanted.operation);
        let now = self.clock.now();
        let caller = if let Err(refusal) = live.limits.admit() {
            Err(refusal)
        } else {
            let waiting = self.waiting(live, Asked::of(wanted, asking), &measured);
            let known = match live.authenticator.authenticate_now(headers, now) {
                Some(known) => known,
                None => live.authenticator.authenticate(headers, now).await,
            };
            waiting.ended();
            known.map_err(Refusal::from)
        };
        self.link_measured(live, caller, wanted, asking, measured).await
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
        let measured = Measured::start(&self.metrics, &*self.clock, wanted.operation);
        let caller = live.limits.admit().map(|()| Arc::clone(caller));
        self.link_measured(live, caller, wanted, asking, measured).await
    }

    async fn link_measured<'a>(
        &'a self,
        live: &'a Live,
        caller: Result<Arc<Principal>, Refusal>,
        wanted: &Wanted,
        asking: Asking<'_>,
        mut measured: Measured<'a>,
    ) -> Result<Link, Refusal> {
        let caller = caller.and_then(|caller| live.limits.admit_user(&caller.user).map(|()| caller));
        let asked = Asked { caller: caller.as_deref().ok(), ..Asked::of(wanted, asking) };
        let mut waiting = self.waiting(live, asked, &measured);
        let as_stored = match &caller {
            Ok(caller) => as_stored(&self.existence, &live.snapshot, caller, wanted, self.clock.now()).await,
            Err(_) => None,
        };
        let wanted = as_stored.as_ref().unwrap_or(wanted);
        let matched = matched(live, &wanted.location, &mut measured);
        let route = matched.map(|(_, route)| route.as_ref());
        waiting.matched(route);
        let result = match applicable(caller.as_deref().map_err(Refusal::clone), matched) {
            Ok((caller, (found, route))) => self.allowed(live, caller, found, route, wanted).await,
            Err(refusal) => Err(refusal),
        };
        waiting.ended();
        let asked = Asked { caller: caller.as_deref().ok(), route, ..Asked::of(wanted, asking) };
        self.concluded(live, asked, result, measured).await
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
        let plan = Plan::make(&live.snapshot, found, caller, wanted, now)?.with_credential().await?;
        let passage = passage(plan.grant.rule().delivery(), wanted.operation, wanted.consumer)?;
        // A signer whose links lead back to the gateway serves them itself.
        let passage = if plan.signer.content().is_some() { Passage::Link } else { passage };
        if plan.grant.rule().check_exists() && wanted.operation.is_read() {
            self.check_exists(plan.signer.as_ref(), &plan.grant, route.built_in, now).await?;
        }
        // Signed once: for the caller, or where nobody else uses the link for the gateway itself.
        let audience = if passage == Passage::Stream { Audience::Gateway } else { Audience::Client };
        let has_cache_control = plan.overrides.cache_control.is_some();
        let location = plan.grant.location();
        let rewritten = (*location != wanted.location).then(|| location.clone());
        let as_view;
        let (signed, wanted) = match plan.meant_for(audience).sign().await {
            Err(Obstacle::Signer(SignError::UnsupportedOverride(_))) if wanted.prefers_file => {
                as_view = Wanted { prefers_file: false, ..wanted.clone() };
                let plan = Plan::make(&live.snapshot, found, caller, &as_view, now)?.with_credential().await?;
                (plan.meant_for(audience).sign().await?, &as_view)
            }
            signed => (signed?, wanted),
        };
        let (signed, lifetime) = signed;
        if lifetime.bound.is_clamp() {
            route.metrics.clamped(lifetime.bound);
        }
        let expires_at = signed.expires_at();
        let own = |signed| Some(Upstream { signed, passage, has_cache_control });
        let (signed, upstream) = match passage {
            Passage::Link => (Some(signed), None),
            Passage::Stream => (None, own(signed)),
            Passage::Image => {
                let plan = Plan::make(&live.snapshot, found, caller, wanted, now)?.meant_for(Audience::Gateway);
                (Some(signed), own(plan.with_credential().await?.sign().await?.0))
            }
        };
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
