//! One call a token: who asks for what is being asked already waits for that answer.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
};

use futures::{
    FutureExt,
    future::{BoxFuture, Shared, WeakShared},
};

use crate::auth::digest::Digest;

type Flight<T> = BoxFuture<'static, T>;

/// The questions that are in the air.
///
/// A flight belongs to those who wait for it: whoever of them is alive drives it on, and when the last one gives up it
/// ends, and nothing of it is left.
pub(super) struct Flights<T: Clone>(Mutex<HashMap<Digest, WeakShared<Flight<T>>>>);

impl<T: Clone> Default for Flights<T> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<T: Clone> fmt::Debug for Flights<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flights").field("count", &self.lock().len()).finish()
    }
}

impl<T: Clone> Flights<T> {
    /// Waits for the flight with this key, or starts it.
    pub(super) async fn join(&self, key: Digest, start: impl FnOnce() -> Flight<T>) -> T {
        let _landing = Landing { flights: self, key };
        self.board(key, start).await
    }

    fn board(&self, key: Digest, start: impl FnOnce() -> Flight<T>) -> Shared<Flight<T>> {
        let mut flights = self.lock();
        if let Some(flight) = flights.get(&key).and_then(WeakShared::upgrade) {
            return flight;
        }
        let flight = start().shared();
        flights.extend(flight.downgrade().map(|weak| (key, weak)));
        flight
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Digest, WeakShared<Flight<T>>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets a flight that nobody waits for any more, when a passenger leaves in whatever way.
struct Landing<'a, T: Clone> {
    flights: &'a Flights<T>,
    key: Digest,
}

impl<T: Clone> Drop for Landing<'_, T> {
    fn drop(&mut self) {
        let mut flights = self.flights.lock();
        if flights.get(&self.key).is_some_and(|flight| flight.upgrade().is_none()) {
            flights.remove(&self.key);
        }
    }
}
