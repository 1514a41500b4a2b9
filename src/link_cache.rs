//! A signer that remembers links whose signatures take long: an RSA signature, a call to a signing service.
//!
//! A link is remembered by everything that enters its signature, the credential's generation among it, so a hit is what
//! signing again would give. Repeats are frequent because signatures are dated by windows (`signing.stable_window`). A
//! signature that is made at once is not remembered: making it takes less time than finding it.

use std::sync::Arc;

use async_trait::async_trait;
use moka::sync::Cache;
use presign_core::{
    Audience, Content, CredentialInfo, Endpoint, ExpiresIn, Multipart, ObjectLocation, Operation, Readiness,
    ResponseOverrides, SignError, SignRequest, SignedUrl, Signer, Timestamp,
};

use crate::metrics::LinkCacheMetrics;

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
impl Signer for LinkCache {
    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        let signed = self.inner.sign_now(request);
        if signed.is_some() {
            return signed;
        }
        let found = self.links.get(&self.key(request)?);
        self.metrics.looked_up(found.is_some());
        found.map(Ok)
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        let key = self.key(request);
        let signed = self.inner.sign(request).await?;
        // By the credential that there was before: under another one the link is not looked for.
        if let Some(key) = key {
            self.links.insert(key, signed.clone());
        }
        Ok(signed)
    }

    fn claims(&self, location: &ObjectLocation) -> bool {
        self.inner.claims(location)
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        self.inner.endpoints()
    }

    fn refuses(&self, overrides: &ResponseOverrides) -> Option<&'static str> {
        self.inner.refuses(overrides)
    }

    fn longest_life(&self) -> ExpiresIn {
        self.inner.longest_life()
    }

    fn readiness(&self, now: Timestamp) -> Readiness {
        self.inner.readiness(now)
    }

    fn credential(&self) -> Option<CredentialInfo> {
        self.inner.credential()
    }

    async fn renew(&self, needed_until: Timestamp) -> Result<CredentialInfo, SignError> {
        self.inner.renew(needed_until).await
    }

    async fn keep_fresh(&self) {
        self.inner.keep_fresh().await;
    }

    fn attributes(&self) -> bool {
        self.inner.attributes()
    }

    fn string_to_sign(&self, request: &SignRequest<'_>) -> Option<String> {
        self.inner.string_to_sign(request)
    }

    fn multipart(&self) -> Option<&dyn Multipart> {
        self.inner.multipart()
    }

    fn content(&self) -> Option<&dyn Content> {
        self.inner.content()
    }
}
