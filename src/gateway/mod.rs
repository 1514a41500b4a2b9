//! From a request to a link: every request passes here once, in one direction.

mod admit;
mod conclude;
mod link;
mod undecided;
mod wanted;

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use presign_core::{Clock, Timestamp};

use crate::{bulk::Bulk, existence::Existence, live::Current, metrics::Metrics, stream::Streams};

pub use self::{link::Link, wanted::Wanted};
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

impl Gateway {
    /// A gateway with a first configuration. `client` speaks with the stores, and must not follow redirects.
    #[must_use]
    pub fn new(live: Live, clock: Arc<dyn Clock>, metrics: Metrics, client: reqwest::Client) -> Self {
        let current = Current::new(live, clock.now(), &metrics);
        let existence = Existence::new(client.clone());
        let streams = Streams::new(client, Arc::clone(&clock), metrics.streams.open.clone());
        Self { current, clock, metrics, existence, draining: AtomicBool::new(false), streams }
    }

    /// Has objects' bytes moved by these threads, with a client of theirs, which must not follow redirects.
    #[must_use]
    pub fn moving_bytes_by(mut self, bulk: Bulk, client: reqwest::Client) -> Self {
        self.streams = self.streams.by(bulk, client);
        self
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

    /// The client that stores are spoken to with.
    #[must_use]
    pub const fn store_client(&self) -> &reqwest::Client {
        self.existence.client()
    }

    /// The source of time.
    #[must_use]
    pub const fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }
}
