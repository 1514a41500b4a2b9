//! The store's regions, and which bucket lies in which.

use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use presign_core::SignError;
use presign_credentials::Held;
use tokio::sync::Notify;

use super::{Probe, flights::Flights, told::Told};
use crate::{
    Credential,
    provider::Provider,
    site::{Layout, Site},
};

/// So many buckets are remembered; beyond them, some are forgotten. Names come from requests.
const MOST_BUCKETS: usize = 10_000;
/// How long to wait before a store that did not answer is asked again; twice as long each further time.
const PAUSES: [Duration; 2] = [Duration::from_secs(1), Duration::from_mins(1)];

type Found = Result<Arc<Site>, SignError>;

/// The store's regions, and which bucket lies in which.
///
/// A region that is configured is used at once, and verified in the background, once for each bucket. Without one, the
/// first link to a bucket waits for the store to tell. What the store tells is kept; that it did not answer is not.
#[derive(Debug)]
pub(crate) struct Sites {
    layout: Layout,
    configured: Option<Arc<Site>>,
    known: RwLock<HashMap<String, Arc<Site>>>,
    unverified: Mutex<VecDeque<String>>,
    more: Notify,
    corrected: AtomicU64,
    probe: Probe,
    flights: Flights<Result<Told, String>>,
}

impl Sites {
    pub(crate) fn new(layout: Layout, configured: Option<&str>, probe: Probe) -> Self {
        let configured = configured.map(|region| Arc::new(layout.site(region)));
        Self {
            layout,
            configured,
            known: RwLock::default(),
            unverified: Mutex::default(),
            more: Notify::new(),
            corrected: AtomicU64::new(0),
            probe,
            flights: Flights::new(),
        }
    }

    /// How often a bucket turned out to lie elsewhere than where its links led: those links are no good.
    pub(crate) fn corrected(&self) -> u64 {
        self.corrected.load(Ordering::Relaxed)
    }

    /// Where the bucket lies, as far as that is known. Never waits.
    pub(crate) fn at_hand(&self, bucket: &str) -> Option<Arc<Site>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner).get(bucket).map(Arc::clone);
        known.or_else(|| {
            let configured = self.configured.as_ref()?;
            self.remember(bucket, Arc::clone(configured));
            self.unverified().push_back(bucket.to_owned());
            self.more.notify_one();
            Some(Arc::clone(configured))
        })
    }

    /// Where the bucket lies, asking the store where that is not known.
    pub(crate) async fn find(self: &Arc<Self>, bucket: &str, held: &Arc<Held<Credential>>) -> Found {
        if let Some(site) = self.at_hand(bucket) {
            return Ok(site);
        }
        let (sites, name, held) = (Arc::clone(self), bucket.to_owned(), Arc::clone(held));
        let ask = async move { sites.probe.find(&name, &held).await };
        match self.flights.join(bucket, ask).await {
            Ok(Told::Region(region)) => Ok(self.settle(bucket, &region)),
            Ok(Told::NoBucket) => Err(SignError::NotServed(format!("there is no bucket '{bucket}'"))),
            Ok(Told::Nothing) => Err(SignError::Credentials(format!(
                "the store does not tell which region the bucket '{bucket}' lies in: set `region`"
            ))),
            Err(why) => Err(SignError::Unavailable {
                message: format!("the region of the bucket '{bucket}' could not be asked for: {why}"),
                retry_after: PAUSES.first().copied(),
            }),
        }
    }

    /// Verifies the configured region, once for each bucket, for as long as it is polled.
    pub(crate) async fn keep_right(&self, provider: &Provider) {
        let [shortest, longest] = PAUSES;
        let mut pause = shortest;
        loop {
            let Some(bucket) = self.unverified().front().cloned() else {
                self.more.notified().await;
                continue;
            };
            let is_verified = self.verify(&bucket, provider).await;
            // Taken out only now: whoever stops waiting has forgotten no bucket.
            self.unverified().pop_front();
            if is_verified {
                pause = shortest;
                continue;
            }
            self.unverified().push_back(bucket);
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(longest);
        }
    }

    fn unverified(&self) -> MutexGuard<'_, VecDeque<String>> {
        self.unverified.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the store answered.
    async fn verify(&self, bucket: &str, provider: &Provider) -> bool {
        let Some(held) = provider.current() else { return false };
        match self.probe.verify(bucket, &held).await {
            Ok(Told::Region(region)) => {
                if self.at_hand(bucket).is_none_or(|site| site.region != region) {
                    tracing::warn!(%bucket, %region, "the bucket lies in another region than the configured one");
                    self.settle(bucket, &region);
                    self.corrected.fetch_add(1, Ordering::Relaxed);
                }
                true
            }
            Ok(Told::NoBucket | Told::Nothing) => true,
            Err(why) => {
                tracing::debug!(%bucket, %why, "the bucket's region could not be verified");
                false
            }
        }
    }

    /// Remembers where the bucket lies.
    fn settle(&self, bucket: &str, region: &str) -> Arc<Site> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let same = known.values().chain(&self.configured).find(|site| site.region == region).map(Arc::clone);
        drop(known);
        let site = same.unwrap_or_else(|| Arc::new(self.layout.site(region)));
        self.remember(bucket, Arc::clone(&site));
        site
    }

    fn remember(&self, bucket: &str, site: Arc<Site>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST_BUCKETS && !known.contains_key(bucket) {
            let forgotten = known.keys().next().cloned();
            forgotten.and_then(|bucket| known.remove(&bucket));
        }
        known.insert(bucket.to_owned(), site);
    }
}
