//! Where the time comes from.

use std::{fmt, time::Duration};

use crate::Timestamp;

/// A source of time.
///
/// Signers do not use one: they get the time with each request. What refreshes credentials by itself may.
pub trait Clock: fmt::Debug + Send + Sync + 'static {
    /// The time of day.
    fn now(&self) -> Timestamp;

    /// Time since some fixed moment; never goes back. For measuring how long something takes.
    fn monotonic(&self) -> Duration;
}

/// A clock that stands still: for tests, and for reproducing a URL byte for byte.
#[derive(Debug, Clone, Copy)]
pub struct FixedClock(pub Timestamp);

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        self.0
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}
