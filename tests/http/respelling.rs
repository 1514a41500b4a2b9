//! Keys that were garbled on their way to the gateway.

use crate::{
    object_store::{Object, ObjectStore},
    world::{Setup, World},
};

const ID: &str = "0123456789abcdef0123456789abcdef";

async fn world(store: &ObjectStore, rules: &str, ui: &str) -> World {
    let setup = Setup::default();
    let rules = format!(
        "{rules}\n  - {{name: all, match: {{glob: 'azure://**'}}, backend: stored, methods: [GET, HEAD, PUT]}}"
    );
    World::with(Setup { backends: store.backend(), rules, ui: ui.to_owned(), ..setup }).await
}

fn there() -> Object {
    Object::Whole("text/plain", b"there".to_vec())
}

/// Where Alice is sent for a key.
async fn sent_to(world: &World, key: &str) -> String {
    let answer =
        world.get(&format!("/?url={}", presign_core::encode::query(&format!("azure://mlstore/c/{key}")))).await;
    assert_eq!(answer.status, 302, "{}", answer.body);
    let path = answer.location().split('?').next().unwrap();
    presign_core::encode::decode(path.strip_prefix("https://blobs.example/mlstore/c/").unwrap()).unwrap()
}

#[tokio::test]
async fn a_key_that_lost_its_quoting_is_found() {
    let stored = format!("%D0%9F/run%3A1.{ID}/metrics/a.png");
    let store = ObjectStore::with(&[(&format!("c/{stored}"), there())]).await;
    let world = world(&store, "", "").await;
    let garbled = format!("П/run:1.{ID}/metrics/a.png");
    assert_eq!(sent_to(&world, &garbled).await, stored);
    assert_eq!(store.asked(), [format!("HEAD c/{garbled}"), format!("HEAD c/{stored}")]);
    assert_eq!(sent_to(&world, &garbled).await, stored);
    assert_eq!(store.asked().len(), 2, "the store was asked again");
}

#[tokio::test]
async fn a_key_that_exists_as_it_is_spelt_is_that_one() {
    let (garbled, stored) = (format!("run:1.{ID}/a"), format!("run%3A1.{ID}/a"));
    let store = ObjectStore::with(&[(&format!("c/{garbled}"), there()), (&format!("c/{stored}"), there())]).await;
    assert_eq!(sent_to(&world(&store, "", "").await, &garbled).await, garbled);
}

#[tokio::test]
async fn a_key_that_is_nowhere_stays_as_it_is() {
    let store = ObjectStore::with(&[]).await;
    assert_eq!(sent_to(&world(&store, "", "").await, "/x").await, "/x");
}

#[tokio::test]
async fn a_store_that_fails_is_not_taken_for_one_without_the_object() {
    let (garbled, stored) = (format!("run:1.{ID}/a"), format!("run%3A1.{ID}/a"));
    let failing = Object::Status(500);
    let store = ObjectStore::with(&[(&format!("c/{garbled}"), failing), (&format!("c/{stored}"), there())]).await;
    assert_eq!(sent_to(&world(&store, "", "").await, &garbled).await, garbled);
}

#[tokio::test]
async fn another_spelling_is_another_object_to_the_rules() {
    let (garbled, stored) = (format!("run:1.{ID}/a"), format!("run%3A1.{ID}/a"));
    let store = ObjectStore::with(&[(&format!("c/{stored}"), there())]).await;
    let denying =
        "\n  - {name: secret, match: {glob: 'azure://mlstore/c/run%3A1*/**'}, backend: stored, deny: {users: [alice]}}";
    let denied = world(&store, denying, "").await;
    assert_eq!(sent_to(&denied, &garbled).await, garbled);
    assert_eq!(store.asked(), [format!("HEAD c/{garbled}")], "the store was asked for what Alice may not know");
    let forbidding =
        "\n  - {name: garbled, match: {glob: 'azure://mlstore/c/run:1*/**'}, deny: {users: [alice]}, backend: stored}";
    let answer = world(&store, forbidding, "").await.get(&format!("/?url=azure://mlstore/c/{garbled}")).await;
    assert_eq!(answer.status, 403, "who may not have the key as it is spelt is not helped to another");
}

#[tokio::test]
async fn the_store_is_not_asked_about_keys_as_the_sdk_writes_them() {
    let store = ObjectStore::with(&[]).await;
    let world = world(&store, "", "").await;
    sent_to(&world, &format!("My Project/run%3A1.{ID}/metrics/п/a 1.png")).await;
    let write = world.alice("PUT", &format!("/?url=azure://mlstore/c/run:1.{ID}/a"), &[]).await;
    assert_eq!((write.status, store.asked()), (307, vec![]));
}

#[tokio::test]
async fn other_spellings_are_tried_only_while_the_configuration_lets_them() {
    let store = ObjectStore::with(&[(&format!("c/run%3A1.{ID}/a"), there())]).await;
    let world = world(&store, "", "key_fallbacks: false").await;
    let garbled = format!("run:1.{ID}/a");
    assert_eq!((sent_to(&world, &garbled).await, store.asked()), (garbled.clone(), vec![]));
}
