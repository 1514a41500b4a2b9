//! A remembered link: what a look-up takes, beside which signing anew is an RSA signature (a quarter of a millisecond) or
//! a call to a service.

use std::{hint::black_box, sync::Arc};

use async_trait::async_trait;
use criterion::{Criterion, criterion_group, criterion_main};
use presign_core::{
    ExpiresIn, ObjectKey, ObjectLocation, Operation, Scheme, SignError, SignRequest, SignedUrl, Signer, Timestamp,
};
use presign_gateway::{
    decorated::Decorator,
    link_cache::LinkCache,
    metrics::{LinkCacheMetrics, Metrics},
};

/// Signs nothing, and never at once.
#[derive(Debug)]
struct Slow;

#[async_trait]
impl Signer for Slow {
    fn sign_now(&self, _: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        None
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        // As long as a link of Google Cloud Storage.
        let url = format!("https://storage.googleapis.com/ml-artifacts/{}", "x".repeat(900));
        Ok(SignedUrl::new(url, request.operation, request.expires_at()))
    }

    fn claims(&self, _: &ObjectLocation) -> bool {
        true
    }
}

fn links(criterion: &mut Criterion) {
    let made = || {
        let metrics = LinkCacheMetrics::new(&Metrics::new().ok()?, "google");
        let cache = LinkCache::new(Arc::new(Slow), 4096, metrics);
        let key = ObjectKey::parse("My Project/run.0123456789abcdef/metrics/loss/train curve_00000001.png").ok()?;
        let location = ObjectLocation::new(Scheme::Gs, None, "ml-artifacts", key).ok()?;
        Some((cache, location))
    };
    let (Some((cache, location)), Ok(life)) = (made(), ExpiresIn::from_seconds(3600)) else { return };
    let request = SignRequest::new(Operation::Get, &location, Timestamp::from_unix(1_800_000_000), life);
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else { return };
    assert!(runtime.block_on(cache.sign(&request)).is_ok(), "the link is not remembered");
    criterion.bench_function("a remembered link", |bencher| bencher.iter(|| cache.sign_now(black_box(&request))));
}

criterion_group!(benches, links);
criterion_main!(benches);
