//! Token buckets.

use std::{sync::Arc, time::Duration};

use governor::{
    Quota, RateLimiter,
    clock::Clock as GovernorClock,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed},
};
use moka::sync::Cache;
use presign_core::Clock;

use crate::config::RateLimitConfig;

/// Users whose buckets are remembered at most. Who comes after them gets a full one.
const MOST_USERS: u64 = 100_000;

/// A bucket that fills as the gateway's clock goes.
pub(super) type Bucket = RateLimiter<NotKeyed, InMemoryState, Monotonic, NoOpMiddleware<Duration>>;

/// The gateway's clock, as governor reads it.
#[derive(Debug, Clone)]
pub(super) struct Monotonic(Arc<dyn Clock>);

impl GovernorClock for Monotonic {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.monotonic()
    }
}

/// A full bucket.
pub(super) fn bucket(rate: RateLimitConfig, clock: &Arc<dyn Clock>) -> Bucket {
    let quota = Quota::per_second(rate.per_second).allow_burst(rate.burst.unwrap_or(rate.per_second));
    Bucket::direct_with_clock(quota, Monotonic(Arc::clone(clock)))
}

/// Takes one, or says how long to wait for it.
pub(super) fn take(bucket: &Bucket) -> Result<(), Duration> {
    bucket.check().map_err(|not_until| not_until.wait_time_from(bucket.clock().now()))
}

/// A bucket for each user. One that was left alone for as long as it takes to fill is full, and is forgotten.
#[derive(Debug)]
pub(super) struct Users {
    rate: RateLimitConfig,
    clock: Arc<dyn Clock>,
    buckets: Cache<String, Arc<Bucket>>,
}

impl Users {
    pub(super) fn new(rate: RateLimitConfig, clock: &Arc<dyn Clock>) -> Self {
        let burst = rate.burst.unwrap_or(rate.per_second).get();
        let filled = Duration::from_secs(u64::from(burst.div_ceil(rate.per_second.get())) + 1);
        let buckets = Cache::builder().max_capacity(MOST_USERS).time_to_idle(filled).build();
        Self { rate, clock: Arc::clone(clock), buckets }
    }

    pub(super) fn take(&self, user: &str) -> Result<(), Duration> {
        let bucket = match self.buckets.get(user) {
            Some(bucket) => bucket,
            None => self.buckets.get_with_by_ref(user, || Arc::new(bucket(self.rate, &self.clock))),
        };
        take(&bucket)
    }
}
