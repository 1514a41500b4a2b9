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
    auth::{AuthError, Principal},
    delivery::{Consumer, Passage, passage},
    existence::{Existence, Presence},
    lifetime::Bound,
    live::Current,
    metrics::{Metrics, Outcome},
    plan::{Obstacle, Plan},
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
    pub async fn link(&self, live: &Live, headers: &HeaderMap, wanted: &Wanted) -> Result<Link, Refusal> {
        let started = self.clock.monotonic();
        let now = self.clock.now();
        let caller = match live.authenticator.authenticate_now(headers, now) {
            Some(known) => known,
            None => live.authenticator.authenticate(headers, now).await,
        };
        self.link_measured(live, caller, wanted, started).await
    }

    /// Makes a link for a caller who was authenticated already.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn link_for(&self, live: &Live, caller: &Arc<Principal>, wanted: &Wanted) -> Result<Link, Refusal> {
        let started = self.clock.monotonic();
        self.link_measured(live, Ok(Arc::clone(caller)), wanted, started).await
    }

    async fn link_measured(
        &self,
        live: &Live,
        caller: Result<Arc<Principal>, AuthError>,
        wanted: &Wanted,
        started: Duration,
    ) -> Result<Link, Refusal> {
        let as_stored = match &caller {
            Ok(caller) => as_stored(&self.existence, &live.snapshot, caller, wanted, self.clock.now()).await,
            Err(_) => None,
        };
        let wanted = as_stored.as_ref().unwrap_or(wanted);
        let spellings = live.snapshot.endpoints.spellings(&wanted.location);
        let found = live.snapshot.rules.find(&spellings, &wanted.location);
        let route = found.and_then(|found| live.snapshot.route(found.rule()));
        let result = match (caller, found, route) {
            (Err(error), ..) => Err(Refusal::from(error)),
            (Ok(caller), Some(found), Some(route)) => self.allowed(live, &caller, found, route, wanted).await,
            (Ok(_), ..) => Err(Refusal::Forbidden("no rule matches")),
        };
        let outcome = result.as_ref().map_or_else(Refusal::outcome, |_| Outcome::Signed);
        let took = self.clock.monotonic().saturating_sub(started);
        match route {
            Some(route) => route.metrics.answered(wanted.operation, outcome, took),
            None => self.metrics.unmatched(wanted.operation, outcome),
        }
        result
    }

    /// Counts a request that could not be understood.
    pub fn not_understood(&self, operation: Operation) {
        self.metrics.unmatched(operation, Outcome::InvalidRequest);
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
        Ok(Link { signed, bound: lifetime.bound, now, cache_margin, route: Arc::clone(route), upstream })
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
