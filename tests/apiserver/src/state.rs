//! What the server remembers.

use std::{
    collections::HashSet,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
};

use presign_core::Clock;
use tokio::sync::watch;

use crate::{Fault, Recorded};

/// Everything that requests share.
#[derive(Debug)]
pub(crate) struct State {
    clock: Arc<dyn Clock>,
    sessions: AtomicU64,
    memory: Mutex<Memory>,
    /// How many requests have arrived.
    arrived: watch::Sender<usize>,
    /// Whether answers are held back.
    held: watch::Sender<bool>,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

/// A request that is not answered yet.
#[derive(Debug)]
pub(crate) struct InFlight<'a>(&'a State);

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

#[derive(Debug, Default)]
struct Memory {
    fault: Option<Fault>,
    revoked_sessions: HashSet<String>,
    requests: Vec<Recorded>,
}

impl State {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self {
            clock,
            sessions: AtomicU64::new(1),
            memory: Mutex::default(),
            arrived: watch::Sender::new(0),
            held: watch::Sender::new(false),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
        }
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.now().unix()
    }

    /// An id that nothing else has: 32 hexadecimal digits.
    pub(crate) fn new_id(&self) -> String {
        format!("{:032x}", self.sessions.fetch_add(1, Ordering::Relaxed))
    }

    pub(crate) fn record(&self, request: Recorded) -> InFlight<'_> {
        let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_in_flight.fetch_max(now, Ordering::SeqCst);
        self.memory().requests.push(request);
        self.arrived.send_modify(|count| *count += 1);
        InFlight(self)
    }

    pub(crate) fn most_in_flight(&self) -> usize {
        self.most_in_flight.load(Ordering::SeqCst)
    }

    pub(crate) fn requests(&self) -> Vec<Recorded> {
        self.memory().requests.clone()
    }

    pub(crate) fn calls(&self, endpoint: &str) -> usize {
        self.memory().requests.iter().filter(|request| request.is_for(endpoint)).count()
    }

    /// Waits until an endpoint was called this often.
    pub(crate) async fn called(&self, endpoint: &str, times: usize) {
        // The sender lives as long as `self`, so waiting cannot fail.
        let _ = self.arrived.subscribe().wait_for(|_| self.calls(endpoint) >= times).await;
    }

    pub(crate) fn hold(&self, held: bool) {
        self.held.send_replace(held);
    }

    pub(crate) async fn released(&self) {
        let _ = self.held.subscribe().wait_for(|held| !held).await;
    }

    pub(crate) fn fault(&self) -> Option<Fault> {
        self.memory().fault
    }

    pub(crate) fn set_fault(&self, fault: Option<Fault>) {
        self.memory().fault = fault;
    }

    pub(crate) fn revoke(&self, session_id: String) {
        self.memory().revoked_sessions.insert(session_id);
    }

    /// Whether a session was ended; the error is redis's when that is down.
    pub(crate) fn is_revoked(&self, session_id: Option<&str>) -> Result<bool, String> {
        let memory = self.memory();
        if memory.fault == Some(Fault::RedisDown) {
            return Err("Error 111 connecting to 127.0.0.1:6379. Connection refused.".to_owned());
        }
        Ok(session_id.is_some_and(|id| memory.revoked_sessions.contains(id)))
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
