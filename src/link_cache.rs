//! A signer that remembers links whose signatures take long: an RSA signature, a call to a signing service.
//!
//! A link is remembered by everything that enters its signature, the credential's generation among it, so a hit is what
//! signing again would give. Repeats are frequent because signatures are dated by windows (`signing.stable_window`). A
//! signature that is made at once is not remembered: making it takes less time than finding it. Who asks for a link that is
//! being signed waits for that signature: a page of many users costs as many signatures as it has objects.

use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use moka::future::Cache;
use presign_core::{
    Audience, CredentialInfo, ExpiresIn, ObjectLocation, Operation, ResponseOverrides, SignError, SignRequest,
    SignedUrl, Signer, Timestamp,
};

use crate::{decorated::Decorator, metrics::LinkCacheMetrics};

/// Remembers links.
#[derive(Debug)]
pub struct LinkCache {
    inner: Arc<dyn Signer>,
    links: Cache<Key, SignedUrl>,
    metrics: LinkCacheMetrics,
}

/// Everything that enters the signature of a read.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    credential: CredentialInfo,
    operation: Operation,
    location: ObjectLocation,
    signed_at: Timestamp,
    expires_in: ExpiresIn,
    overrides: ResponseOverrides,
    audience: Audience,
    attribution: Option<String>,
}

impl LinkCache {
    /// Remembers so many links of a signer.
    #[must_use]
    pub fn new(inner: Arc<dyn Signer>, entries: u64, metrics: LinkCacheMetrics) -> Self {
        Self { inner, links: Cache::new(entries), metrics }
    }

    /// `None` while there is no credential, since nothing can be said of the next one; and for a write, whose link is
    /// asked for once.
    fn key(&self, request: &SignRequest<'_>) -> Option<Key> {
        request.operation.is_read().then_some(())?;
        Some(Key {
            credential: self.inner.credential()?,
            operation: request.operation,
            location: request.location.clone(),
            signed_at: request.signed_at,
            expires_in: request.expires_in,
            overrides: request.overrides.clone(),
            audience: request.audience,
            attribution: request.attribution.map(str::to_owned),
        })
    }
}

#[async_trait]
impl Decorator for LinkCache {
    fn inner(&self) -> &dyn Signer {
        self.inner.as_ref()
    }

    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        let signed = self.inner.sign_now(request);
        if signed.is_some() {
            return signed;
        }
        // A look-up that would have to wait is none: `sign` looks again.
        let found = self.links.get(&self.key(request)?).now_or_never().flatten();
        self.metrics.looked_up(found.is_some());
        found.map(Ok)
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        // By the credential that there was before: under another one the link is not looked for.
        let Some(key) = self.key(request) else { return self.inner.sign(request).await };
        let signed = self.links.try_get_with(key, self.inner.sign(request)).await;
        signed.map_err(|error| SignError::clone(&error))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use presign_core::{ObjectKey, Scheme};
    use tokio::sync::Semaphore;

    use super::*;
    use crate::metrics::Metrics;

    /// Signs when it is let, and counts.
    #[derive(Debug)]
    struct Service {
        may_sign: Semaphore,
        calls: AtomicUsize,
        outcome: Result<(), SignError>,
    }

    #[async_trait]
    impl Signer for Service {
        fn sign_now(&self, _: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
            None
        }

        async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
            let call = self.calls.fetch_add(1, Ordering::Relaxed);
            let _permit = self.may_sign.acquire().await;
            self.outcome.clone()?;
            Ok(SignedUrl::new(format!("https://store/{call}"), request.operation, request.expires_at()))
        }

        fn claims(&self, _: &ObjectLocation) -> bool {
            true
        }
    }

    /// The links that fifty callers who ask at once are given, and the calls that were made.
    async fn burst(outcome: Result<(), SignError>) -> (Vec<Result<String, SignError>>, usize) {
        let service = Arc::new(Service { may_sign: Semaphore::new(0), calls: AtomicUsize::new(0), outcome });
        let metrics = LinkCacheMetrics::new(&Metrics::new().unwrap(), "google");
        let cache = LinkCache::new(Arc::clone(&service) as Arc<dyn Signer>, 16, metrics);
        let key = ObjectKey::parse("loss.png").unwrap();
        let location = ObjectLocation::new(Scheme::Gs, None, "ml", key).unwrap();
        let life = ExpiresIn::from_seconds(600).unwrap();
        let request = SignRequest::new(Operation::Get, &location, Timestamp::from_unix(1_800_000_000), life);
        let asking = futures::future::join_all((0..50).map(|_| cache.sign(&request)));
        let mut asking = std::pin::pin!(asking);
        assert!(futures::poll!(&mut asking).is_pending());
        service.may_sign.add_permits(50);
        let links = asking.await.into_iter().map(|link| link.map(SignedUrl::into_exposed)).collect();
        (links, service.calls.load(Ordering::Relaxed))
    }

    #[tokio::test]
    async fn fifty_callers_at_once_cost_one_signature() {
        let (links, calls) = burst(Ok(())).await;
        assert_eq!(links, vec![Ok("https://store/0".to_owned()); 50]);
        assert_eq!(calls, 1);
    }

    #[tokio::test]
    async fn a_failure_is_told_to_all_who_wait_for_it() {
        let error = SignError::Credentials("no".to_owned());
        let (links, calls) = burst(Err(error.clone())).await;
        assert_eq!(links, vec![Err(error); 50]);
        assert_eq!(calls, 1);
    }
}
