//! Questions under way: who asks for the same waits for the same answer.

use std::{
    collections::HashMap,
    fmt,
    future::Future,
    sync::{Mutex, PoisonError},
};

use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
};

/// Questions under way, by what is asked for. Nothing is kept once it is answered.
pub(crate) struct Flights<T: Clone>(Mutex<HashMap<String, Shared<BoxFuture<'static, T>>>>);

impl<T: Clone + Send + Sync + 'static> Flights<T> {
    pub(crate) fn new() -> Self {
        Self(Mutex::new(HashMap::new()))
    }

    /// The answer of the question under way, or of this one.
    pub(crate) async fn join(&self, name: &str, ask: impl Future<Output = T> + Send + 'static) -> T {
        let flight = {
            let mut flights = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            // A question that its askers gave up is asked again.
            flights.retain(|_, flight| flight.peek().is_none() && flight.strong_count().is_some_and(|count| count > 1));
            flights.entry(name.to_owned()).or_insert_with(|| ask.boxed().shared()).clone()
        };
        flight.await
    }
}

impl<T: Clone> fmt::Debug for Flights<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Flights")
    }
}
