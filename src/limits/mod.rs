//! How much is taken at once, and in a time: from all callers together, and from each user.

mod rate;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use presign_core::Clock;

use self::rate::{Bucket, Users, bucket};
use crate::{config::LimitsConfig, metrics::LimitMetrics, refusal::Refusal};

/// The limits in effect.
#[derive(Debug)]
pub struct Limits {
    config: LimitsConfig,
    requests: AtomicUsize,
    all: Option<Bucket>,
    users: Option<Users>,
    metrics: LimitMetrics,
}

/// A request's place among those that are answered at once; free again when it is dropped.
#[derive(Debug)]
pub struct Place<'l>(&'l AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Limits {
    /// As configured.
    #[must_use]
    pub fn new(config: &LimitsConfig, clock: &Arc<dyn Clock>, metrics: &LimitMetrics) -> Self {
        Self {
            config: config.clone(),
            requests: AtomicUsize::new(0),
            all: config.rate_limit.map(|rate| bucket(rate, clock)),
            users: config.user_rate_limit.map(|rate| Users::new(rate, clock)),
            metrics: metrics.clone(),
        }
    }

    /// Whether these are the limits that a configuration asks for: then what was taken so far counts on.
    #[must_use]
    pub fn are_those_of(&self, config: &LimitsConfig) -> bool {
        let of = |config: &LimitsConfig| (config.max_requests, config.rate_limit, config.user_rate_limit);
        of(&self.config) == of(config)
    }

    /// A place for one more request.
    ///
    /// # Errors
    /// When all are taken: then it is better to say so at once than to be slow to all.
    pub fn enter(&self) -> Result<Place<'_>, Refusal> {
        let before = self.requests.fetch_add(1, Ordering::Relaxed);
        let place = Place(&self.requests);
        if before < self.config.max_requests {
            return Ok(place);
        }
        self.metrics.requests.inc();
        let message = "more requests at once than server.limits.max_requests".to_owned();
        Err(Refusal::Unavailable { message, retry_after: Some(Duration::from_secs(1)) })
    }

    /// One more link, whoever asks.
    ///
    /// # Errors
    /// When all together ask for too many.
    pub fn admit(&self) -> Result<(), Refusal> {
        let checked = self.all.as_ref().map_or(Ok(()), rate::take);
        checked.map_err(|wait| {
            self.metrics.rate.inc();
            Refusal::RateLimited(wait)
        })
    }

    /// One more link for a user.
    ///
    /// # Errors
    /// When the user asks for too many.
    pub fn admit_user(&self, user: &str) -> Result<(), Refusal> {
        let checked = self.users.as_ref().map_or(Ok(()), |users| users.take(user));
        checked.map_err(|wait| {
            self.metrics.user_rate.inc();
            Refusal::RateLimited(wait)
        })
    }

    /// Requests that are answered now.
    #[must_use]
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }
}
