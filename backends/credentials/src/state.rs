//! What a cache knows at one moment.

use std::{fmt, sync::Arc};

use futures::future::{BoxFuture, Shared};
use presign_core::{CredentialInfo, Timestamp};

use crate::{
    policy::Policy,
    schedule::refresh_at,
    source::{FetchError, Fetched, Held},
};

/// A fetch under way, for all who wait.
pub(crate) type Flight = Shared<BoxFuture<'static, ()>>;

/// What a cache knows at one moment.
pub(crate) struct State<C> {
    pub(crate) held: Option<Arc<Held<C>>>,
    pub(crate) fetched_at: Timestamp,
    /// When to fetch the next; `None`: never, unless there is none.
    pub(crate) next: Option<Timestamp>,
    /// When the last attempt ended, in whatever way.
    attempted_at: Timestamp,
    failures: u32,
    /// How many different credentials there were.
    generation: u64,
    /// Why the last attempt failed.
    pub(crate) error: Option<FetchError>,
    pub(crate) flight: Option<Flight>,
}

impl<C> State<C> {
    pub(crate) const fn new() -> Self {
        let start = Timestamp::EPOCH;
        Self {
            held: None,
            fetched_at: start,
            next: Some(start),
            attempted_at: start,
            failures: 0,
            generation: 0,
            error: None,
            flight: None,
        }
    }

    /// The credential, as long as it is good.
    pub(crate) fn alive(&self, now: Timestamp) -> Option<&Arc<Held<C>>> {
        self.held.as_ref().filter(|held| held.info.expires_at.is_none_or(|end| now < end))
    }

    /// Whether nobody is to be asked now, because the last attempt failed a moment ago.
    pub(crate) fn pauses(&self, now: Timestamp) -> bool {
        // A clock that was set back does not make a pause longer.
        self.error.is_some() && self.attempted_at <= now && self.next.is_some_and(|next| now < next)
    }

    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.alive(now).is_none() || self.next.is_some_and(|next| next <= now)
    }

    /// Takes a new credential, or the old one once more.
    pub(crate) fn accept(
        &mut self,
        fetched: Fetched<C>,
        is_same: impl Fn(&C, &C) -> bool,
        now: Timestamp,
        jitter: f64,
    ) {
        let Fetched { credential, not_before, expires_at, refresh_after } = fetched;
        let same = self
            .held
            .as_ref()
            .filter(|held| held.info.expires_at == expires_at && is_same(&held.credential, &credential));
        if same.is_none() {
            self.generation = self.generation.saturating_add(1);
            let info = CredentialInfo { generation: self.generation, not_before, expires_at };
            self.held = Some(Arc::new(Held { credential, info }));
        }
        self.fetched_at = now;
        self.attempted_at = now;
        self.next = refresh_at(now, expires_at, refresh_after, jitter);
        self.failures = 0;
        self.error = None;
    }

    /// Forgets a credential that is of no use, unless there is another one already.
    pub(crate) fn reject(&mut self, useless: &Arc<Held<C>>, now: Timestamp) {
        if self.held.as_ref().is_some_and(|held| Arc::ptr_eq(held, useless)) {
            self.held = None;
            self.next = Some(now);
        }
    }

    /// Remembers that an attempt failed, and nothing of what the service said but for people to read.
    pub(crate) fn fail(&mut self, error: FetchError, policy: &Policy, now: Timestamp) {
        self.attempted_at = now;
        self.failures = self.failures.saturating_add(1);
        let pause = policy.pause_after(self.failures, error.retry_after(), self.alive(now).is_some());
        self.next = Some(now.plus(pause));
        self.error = Some(error);
    }
}

impl<C> fmt::Debug for State<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State")
            .field("info", &self.held.as_ref().map(|held| held.info))
            .field("next", &self.next)
            .field("error", &self.error)
            .finish_non_exhaustive()
    }
}
