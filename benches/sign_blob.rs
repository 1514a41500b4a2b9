//! Signing without a key: how many calls 200 users make who each open a page of 100 images, when IAM takes 50 ms; with
//! the gateway's link cache, and without.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark that cannot be set up may as well panic"
)]

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use futures::future::join_all;
use presign_core::{
    Backend, BuildContext, ExpiresIn, FixedClock, FixedEnvironment, ObjectKey, ObjectLocation, Operation, Scheme,
    SignRequest, Signer, Timestamp,
};
use presign_gateway::{
    decorated::Decorated,
    link_cache::LinkCache,
    metrics::{LinkCacheMetrics, Metrics},
    snapshot::sign,
};
use presign_gcs::{Gcs, GcsSigner};
use serde_json::json;

#[path = "../backends/gcs/tests/gcs/amazon.rs"]
mod amazon;
#[path = "../backends/gcs/tests/gcs/google.rs"]
mod google;
#[path = "../backends/gcs/tests/gcs/stub.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod stub;

use stub::{SIGN, Stub};

const USERS: usize = 200;
const OBJECTS: usize = 100;
const NOW: i64 = 1_709_294_400;

async fn signer(stub: &Stub) -> GcsSigner {
    let environment = Arc::new(FixedEnvironment::new([("GCE_METADATA_HOST", stub.address.as_str())]));
    let context = BuildContext::new("google", environment, Arc::new(FixedClock(Timestamp::from_unix(NOW))));
    let config = json!({"credentials": {"source": "adc", "iam_endpoint": stub.url("")}});
    Gcs::build(serde_json::from_value(config).unwrap(), context).await.unwrap()
}

#[expect(clippy::disallowed_methods, reason = "a benchmark measures real time")]
async fn timed(signer: &dyn Signer, location: &ObjectLocation) -> Duration {
    let (now, life) = (Timestamp::from_unix(NOW), ExpiresIn::from_seconds(3600).unwrap());
    let started = Instant::now();
    sign(signer, &SignRequest::new(Operation::Get, location, now, life)).await.unwrap();
    started.elapsed()
}

/// The objects in the order in which a user asks for them.
fn order(user: usize) -> impl Iterator<Item = usize> {
    (0..OBJECTS).map(move |index| (index * 37 + user * 61) % OBJECTS)
}

async fn measure(name: &str, page_at_once: bool, remembered: bool) {
    let stub = Stub::start(Timestamp::from_unix(NOW)).await;
    let signer = Arc::new(signer(&stub).await);
    signer.renew(Timestamp::from_unix(NOW)).await.unwrap();
    let metrics = LinkCacheMetrics::new(&Metrics::new().unwrap(), "google");
    let signer: Arc<dyn Signer> =
        if remembered { Arc::new(Decorated(LinkCache::new(signer, 4096, metrics))) } else { signer };
    stub.take(Duration::from_millis(50));
    let object = |index: usize| {
        let key = ObjectKey::parse(format!("project/run/metrics/{index}.png")).unwrap();
        ObjectLocation::new(Scheme::Gs, None, "ml-artifacts", key).unwrap()
    };
    let objects: Vec<_> = (0..OBJECTS).map(object).collect();
    let link = async |index: usize| timed(signer.as_ref(), &objects[index]).await;
    let user = async |user: usize| {
        if page_at_once {
            return join_all(order(user).map(&link)).await;
        }
        let mut took = Vec::new();
        for index in order(user) {
            took.push(link(index).await);
        }
        took
    };
    let mut took: Vec<_> = join_all((0..USERS).map(user)).await.concat();
    took.sort();
    let at = |share: usize| took[(took.len() - 1) * share / 100].as_millis();
    println!(
        "{name}: {} links, {} calls, at most {} at a time; p50 {} ms, p99 {} ms, longest {} ms",
        took.len(),
        stub.calls(SIGN),
        stub.most_under_way(),
        at(50),
        at(99),
        at(100)
    );
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        for (remembered, cache) in [(false, "no link cache"), (true, "link cache")] {
            measure(&format!("{cache}, each user all at once"), true, remembered).await;
            measure(&format!("{cache}, each user one after the other, in an order of their own"), false, remembered)
                .await;
        }
    });
}
