//! From a request to a link: every request passes here once, in one direction.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use http::HeaderMap;
use presign_core::{Clock, ExpiresIn, ObjectLocation, Operation, SignError, SignedUrl, Timestamp};

use crate::{
    as_stored::as_stored,
    auth::Principal,
    delivery::{Consumer, Passage, passage},
    existence::{Existence, Presence},
    lifetime::Bound,
    live::Current,
    metrics::{Measured, Metrics, Outcome},
    plan::{Obstacle, Plan},
    record::{Asked, Asking, Record},
    refusal::Refusal,
    rules::{Grant, Match},
    snapshot::Route,
    stream::Streams,
    upstream::{Upstream, upstream},
};

pub use crate::live::{Live, Reload};

/// The gateway itself.
#[derive(Debug)]
pub struct Gateway {
    current: Current,
    clock: Arc<dyn Clock>,
    metrics: Metrics,
    existence: Existence,
    draining: AtomicBool,
    streams: Streams,
}

/// What a caller wants a link for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What the link shall allow.
    pub operation: Operation,
    /// The object.
    pub location: ObjectLocation,
    /// The wish to save it: under this name, or its own when that is empty.
    pub download: Option<String>,
    /// The wish for a file and not a view, where the backend can grant it: what `download` would say, but implied.
    pub prefers_file: bool,
    /// The wish for a type.
    pub content_type: Option<String>,
    /// The wish for a life.
    pub expires_in: Option<ExpiresIn>,
    /// Who will use the answer.
    pub consumer: Consumer,
}

/// A link, and how it came about.
#[derive(Debug)]
pub struct Link {
    /// The link.
    pub signed: SignedUrl,
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
    /// A gateway with a first configuration. `client` speaks with the stores, and must not follow redirects.
    #[must_use]
    pub fn new(live: Live, clock: Arc<dyn Clock>, metrics: Metrics, client: reqwest::Client) -> Self {
        let current = Current::new(live, clock.now(), &metrics);
        let existence = Existence::new(client.clone());
        let streams = Streams::new(client, Arc::clone(&clock), metrics.streams.open.clone());
        Self { current, clock, metrics, existence, draining: AtomicBool::new(false), streams }
    }

    /// From here on load balancers are told to turn elsewhere.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::Relaxed);
    }

    /// Whether the gateway was asked to stop, and still serves those who have not noticed.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Relaxed)
    }

    /// The configuration in effect; a request uses one from its start to its end.
    #[must_use]
    pub fn live(&self) -> Arc<Live> {
        self.current.get()
    }

    /// Puts another configuration into effect, for all requests from here on.
    pub fn replace(&self, live: Live) {
        self.current.replace(live, self.clock.now(), &self.metrics);
    }

    /// Says that another configuration was refused, and why; what is in effect stays.
    pub fn keep(&self, problems: Vec<String>) {
        self.current.keep(problems, self.clock.now(), &self.metrics);
    }

    /// How the last reload ended; `None` before the first.
    #[must_use]
    pub fn last_reload(&self) -> Option<Arc<Reload>> {
        self.current.last_reload()
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// What Prometheus is told.
    #[must_use]
    pub const fn metrics(&self) -> &Metrics {
        &self.metrics
    }

    /// What passes objects on.
    pub(crate) const fn streams(&self) -> &Streams {
        &self.streams
    }

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
        let caller = match live.limits.admit() {
            Err(refusal) => Err(refusal),
            Ok(()) => match live.authenticator.authenticate_now(headers, now) {
                Some(known) => known.map_err(Refusal::from),
                None => live.authenticator.authenticate(headers, now).await.map_err(Refusal::from),
            },
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
        let as_stored = match &caller {
            Ok(caller) => as_stored(&self.existence, &live.snapshot, caller, wanted, self.clock.now()).await,
            Err(_) => None,
        };
        let wanted = as_stored.as_ref().unwrap_or(wanted);
        let spellings = live.snapshot.endpoints.spellings(&wanted.location);
        let found = live.snapshot.rules.find(&spellings, &wanted.location);
        let route = found.and_then(|found| live.snapshot.route(found.rule()));
        if let Some(route) = route {
            measured.matched(&route.metrics);
        }
        let result = match (&caller, found, route) {
            (Err(refusal), ..) => Err(refusal.clone()),
            (Ok(caller), Some(found), Some(route)) => self.allowed(live, caller, found, route, wanted).await,
            (Ok(_), ..) => Err(Refusal::Forbidden("no rule matches")),
        };
        let asked = Asked {
            asking,
            operation: Some(wanted.operation),
            location: Some(&wanted.location),
            caller: caller.as_deref().ok(),
            route: route.map(Arc::as_ref),
        };
        let result = self.recorded(live, asked, result, measured.started()).await;
        measured.end(result.as_ref().map_or_else(Refusal::outcome, |_| Outcome::Signed));
        result
    }

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
        self.recorded(live, asked, Err(refusal.clone()), self.clock.monotonic()).await.err().unwrap_or(refusal)
    }

    /// Says in audit trail and log what was decided. A link that the trail has to have, and has not, is not issued.
    async fn recorded(
        &self,
        live: &Live,
        asked: Asked<'_>,
        mut result: Result<Link, Refusal>,
        started: Duration,
    ) -> Result<Link, Refusal> {
        let now = self.clock.now();
        if let Some(audit) = &live.audit {
            let written = audit.record(&Record::new(asked, result.as_ref(), now)).await;
            if let (Err(error), Ok(_)) = (written, &result) {
                result = Err(Refusal::Unavailable { message: error.to_string(), retry_after: None });
            }
        }
        let outcome = result.as_ref().map_or_else(Refusal::outcome, |_| Outcome::Signed);
        let took = self.clock.monotonic().saturating_sub(started);
        Record::new(asked, result.as_ref(), now).log(outcome, took);
        result
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
        let location = plan.grant.location();
        let rewritten = (*location != wanted.location).then(|| location.clone());
        let as_view;
        let (signed, wanted) = match plan.sign().await {
            Err(Obstacle::Signer(SignError::UnsupportedOverride(_))) if wanted.prefers_file => {
                as_view = Wanted { prefers_file: false, ..wanted.clone() };
                let plan = Plan::make(&live.snapshot, found, caller, &as_view, now)?.with_credential().await?;
                (plan.sign().await?, &as_view)
            }
            signed => (signed?, wanted),
        };
        let (signed, lifetime) = signed;
        if lifetime.bound.is_clamp() {
            route.metrics.clamped(lifetime.bound);
        }
        let upstream = match passage {
            Passage::Link => None,
            passage => Some(upstream(Plan::make(&live.snapshot, found, caller, wanted, now)?, passage).await?),
        };
        let cache_margin = live.snapshot.config.signing.redirect_cache_margin.0;
        let route = Arc::clone(route);
        Ok(Link { signed, bound: lifetime.bound, now, cache_margin, route, upstream, rewritten })
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
