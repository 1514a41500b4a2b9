//! `check --online`: whether a configuration's stores and token services let the gateway in.

use presign_core::{Clock, Timestamp};
use presign_gateway::{
    clock::SystemClock,
    online::{self, Observation},
};

use crate::{
    credentials,
    fake_store::FakeStore,
    world::{START, Setup, World},
};

/// Looks at a time; by default now, which is what the store's `Date` says.
async fn observe(world: &World, at: Option<i64>) -> Vec<Observation> {
    let client = presign_gateway::auth::http_client().unwrap();
    let now = at.map_or_else(|| SystemClock::start().now(), Timestamp::from_unix);
    online::observe(&world.gateway.live().snapshot, &client, now).await
}

async fn stored(store: &FakeStore) -> World {
    let rules = "\n  - {name: stored, match: {glob: 'azure://mlstore/c/**'}, backend: stored}";
    World::with(Setup { backends: store.backend(), rules: rules.into(), ..Setup::default() }).await
}

#[tokio::test]
async fn a_store_that_takes_our_signature_is_fine_though_the_object_is_not_there() {
    let store = FakeStore::start().await;
    store.answers(404);
    let found = observe(&stored(&store).await, None).await;
    let [credential, bucket, pages] = found.as_slice() else { panic!("{found:?}") };
    assert!(credential.is_fine(), "{credential}");
    assert_eq!(bucket.to_string(), "backend stored, bucket c: fine: the store takes our signature");
    // The store says nothing of other origins.
    assert!(!pages.is_fine() && pages.detail.contains("CORS"), "{pages}");
    assert!(store.asked()[0].starts_with("HEAD /mlstore/c/presign-gateway/check?"), "{:?}", store.asked());
}

#[tokio::test]
async fn a_store_that_refuses_or_moves_is_told_with_what_to_do() {
    let store = FakeStore::start().await;
    let world = stored(&store).await;
    for (status, advice) in [(403, "presign-gateway policy"), (301, "region or endpoint"), (500, "answers 500")] {
        store.answers(status);
        let found = observe(&world, None).await;
        let last = found.last().unwrap();
        assert!(!last.is_fine() && last.detail.contains(advice), "{last}");
        assert!(!last.to_string().contains("sig="), "{last}");
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_reached_is_told_without_the_link() {
    let backends = "
  stored: {type: azure, account: mlstore, endpoint: 'http://127.0.0.1:1/mlstore',
           credentials: {source: account_key, account_key: {env: AZURE_KEY}}}";
    let rules = "\n  - {name: stored, match: {glob: 'azure://mlstore/c/**'}, backend: stored}";
    let world = World::with(Setup { backends: backends.into(), rules: rules.into(), ..Setup::default() }).await;
    let found = observe(&world, None).await;
    let last = found.last().unwrap();
    assert!(!last.is_fine() && last.detail.contains("cannot be reached") && !last.detail.contains("sig="), "{last}");
}

#[tokio::test]
async fn a_clock_that_is_off_is_told_before_stores_refuse_for_it() {
    let store = FakeStore::start().await;
    let found = observe(&stored(&store).await, Some(START)).await;
    let last = found.last().unwrap();
    assert!(!last.is_fine() && last.detail.contains("s apart: mend the clock"), "{last}");
}

#[tokio::test]
async fn a_token_service_that_refuses_is_told() {
    let world = credentials::world("lives: [-1]", "min_ttl: 2m", "15m").await;
    let found = observe(&world, Some(START)).await;
    let told = "backend lease: NOT FINE: the backend's credentials do not work: the role may not be assumed";
    assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), [told]);
    let world = credentials::world("lives: [3600]", "min_ttl: 2m", "15m").await;
    let found = observe(&world, Some(START)).await;
    assert_eq!(found[0].to_string(), "backend lease: fine: there is a credential, until 2027-01-15T09:00:00Z");
}
