//! When a credential is fetched, and who waits for it.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use futures::FutureExt;
use presign_core::{Clock, CredentialInfo, CredentialObserver, Readiness, RefreshOutcome, SignError, Timestamp};
use tokio::time::timeout;

use crate::{
    policy::Policy,
    schedule::is_worth_it,
    source::{CredentialSource, FetchError, Held},
    state::{Flight, State},
};

/// How long at most the task that keeps a credential fresh sleeps before it looks at the clock again: clocks jump.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Holds one credential and gets the next.
///
/// * All who wait for a credential wait for one call.
/// * The call goes on when those who wait give up.
/// * An error is not remembered as an answer; but for a moment after it nobody is asked again.
/// * A failed call leaves the old credential, which is good until it ends.
pub struct CredentialCache<S: CredentialSource>(Arc<Inner<S>>);

struct Inner<S: CredentialSource> {
    name: String,
    source: S,
    clock: Arc<dyn Clock>,
    observer: Arc<dyn CredentialObserver>,
    policy: Policy,
    state: Mutex<State<S::Credential>>,
}

impl<S: CredentialSource> CredentialCache<S> {
    /// An empty cache for the backend `name`. Asks nobody yet.
    pub fn new(
        name: impl Into<String>,
        source: S,
        clock: Arc<dyn Clock>,
        observer: Arc<dyn CredentialObserver>,
        policy: Policy,
    ) -> Self {
        let state = Mutex::new(State::new());
        Self(Arc::new(Inner { name: name.into(), source, clock, observer, policy, state }))
    }

    /// The credential at hand, if there is one that is good. Never waits.
    #[must_use]
    pub fn current(&self) -> Option<Arc<Held<S::Credential>>> {
        let now = self.0.clock.now();
        self.0.state().alive(now).map(Arc::clone)
    }

    /// What others may know of the credential at hand.
    #[must_use]
    pub fn info(&self) -> Option<CredentialInfo> {
        self.current().map(|held| held.info)
    }

    /// A credential that is good now, and until `needed_until` if one that long is to be had.
    ///
    /// # Errors
    /// When there is none.
    pub async fn get(&self, needed_until: Timestamp) -> Result<Arc<Held<S::Credential>>, SignError> {
        let now = self.0.clock.now();
        let flight = {
            let mut state = self.0.state();
            if let Some(held) = state.alive(now) {
                let enough = held.info.lasts_until(needed_until);
                if enough || state.pauses(now) || !is_worth_it(state.fetched_at, held.info.expires_at, now) {
                    return Ok(Arc::clone(held));
                }
            } else if state.pauses(now) {
                return Err(self.0.why_there_is_none(&state, now));
            }
            self.0.board(&mut state)
        };
        let in_time = timeout(self.0.policy.wait, flight).await.is_ok();
        let now = self.0.clock.now();
        let state = self.0.state();
        match state.alive(now) {
            Some(held) => Ok(Arc::clone(held)),
            None if in_time => Err(self.0.why_there_is_none(&state, now)),
            None => Err(self.0.still_waiting()),
        }
    }

    /// Forgets a credential that the other side refuses before its end: the next caller gets another one.
    pub fn reject(&self, useless: &Arc<Held<S::Credential>>) {
        let now = self.0.clock.now();
        self.0.state().reject(useless, now);
    }

    /// Fetches the first credential, and the next before each ends, for as long as it is polled.
    pub async fn keep_fresh(&self) {
        loop {
            let (flight, pause) = {
                let now = self.0.clock.now();
                let mut state = self.0.state();
                if state.is_due(now) && !state.pauses(now) {
                    (Some(self.0.board(&mut state)), Duration::ZERO)
                } else {
                    let until = state.next.map_or(LOOK_AGAIN, |next| now.until(next));
                    (None, until.clamp(Duration::from_millis(100), LOOK_AGAIN))
                }
            };
            match flight {
                Some(flight) => flight.await,
                None => tokio::time::sleep(pause).await,
            }
        }
    }

    /// Whether there is a credential, and whether the next one is to be had.
    #[must_use]
    pub fn readiness(&self, now: Timestamp) -> Readiness {
        let state = self.0.state();
        match (state.alive(now), &state.error) {
            (Some(_), None) => Readiness::Ready,
            (Some(held), Some(error)) => Readiness::Degraded(match held.info.expires_at {
                Some(end) => format!("the credential ends at {end} and could not be refreshed: {error}"),
                None => format!("the credential could not be refreshed: {error}"),
            }),
            (None, Some(error)) => Readiness::NotReady(format!("there is no credential: {error}")),
            (None, None) => Readiness::NotReady("the credential has not been fetched yet".to_owned()),
        }
    }
}

impl<S: CredentialSource> Inner<S> {
    fn state(&self) -> MutexGuard<'_, State<S::Credential>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The call under way, or a new one.
    fn board(self: &Arc<Self>, state: &mut State<S::Credential>) -> Flight {
        if let Some(flight) = state.flight.as_ref().filter(|flight| flight.peek().is_none()) {
            return flight.clone();
        }
        let inner = Arc::clone(self);
        // A task of its own: whoever waits may give up, and others still get the credential.
        let task = tokio::spawn(async move { inner.fetch().await });
        let flight = async move { drop(task.await) }.boxed().shared();
        state.flight = Some(flight.clone());
        flight
    }

    async fn fetch(&self) {
        let started = self.clock.now();
        let fetching = timeout(self.policy.fetch_timeout, self.source.fetch(started));
        let fetched = fetching.await.unwrap_or_else(|_| {
            let seconds = self.policy.fetch_timeout.as_secs();
            Err(FetchError::unavailable(format!("the token service did not answer in {seconds} s")))
        });
        let now = self.clock.now();
        let fetched = fetched.and_then(|fetched| match fetched.expires_at {
            Some(end) if end <= now => Err(FetchError::unavailable(format!(
                "the token service handed out a credential that ended at {end}: look at the clocks"
            ))),
            _ => Ok(fetched),
        });
        let outcome = fetched.as_ref().map_or_else(FetchError::outcome, |_| RefreshOutcome::Refreshed);
        let mut state = self.state();
        match fetched {
            Ok(fetched) => {
                let until = fetched.expires_at.map(|end| end.to_string());
                tracing::debug!(backend = %self.name, expires_at = until, "credential fetched");
                state.accept(fetched, |one, other| self.source.is_same(one, other), now, fastrand::f64());
            }
            Err(error) => {
                tracing::warn!(backend = %self.name, %error, "credential not refreshed");
                state.fail(error, &self.policy, now);
            }
        }
        drop(state);
        self.observer.refreshed(outcome);
    }

    fn why_there_is_none(&self, state: &State<S::Credential>, now: Timestamp) -> SignError {
        let pause = state.next.map_or(self.policy.pause, |next| now.until(next)).max(self.policy.pause);
        match state.error.clone() {
            Some(FetchError::Refused(message)) => SignError::Credentials(message),
            Some(FetchError::Unavailable { message, .. }) => {
                SignError::Unavailable { message, retry_after: Some(pause) }
            }
            None => self.still_waiting(),
        }
    }

    fn still_waiting(&self) -> SignError {
        let seconds = self.policy.wait.as_secs();
        let message = format!("no credential yet: the token service has not answered in {seconds} s");
        SignError::Unavailable { message, retry_after: Some(self.policy.wait) }
    }
}

impl<S: CredentialSource> fmt::Debug for CredentialCache<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CredentialCache")
            .field("source", &self.0.source)
            .field("state", &*self.0.state())
            .finish_non_exhaustive()
    }
}
