//! `check_exists`: the store is asked before somebody is sent to it.

use crate::{
    fake_store::FakeStore,
    world::{Setup, World},
};

/// A gateway whose rule `checked` asks the store.
pub(crate) async fn world(store: &FakeStore, server: &str) -> World {
    let setup = Setup::default();
    let rules = "
  - {name: unchecked, match: {bucket: unchecked}, backend: stored}
  - {name: checked, match: {glob: 'azure://**'}, backend: stored, check_exists: true,
     methods: [GET, HEAD, PUT], deny: {users: [bob]}}";
    World::with(Setup { server: server.into(), backends: store.backend(), rules: rules.into(), ..setup }).await
}

const OBJECT: &str = "/?url=azure://mlstore/c/a%20b%2523.png";

#[tokio::test]
async fn the_store_is_asked_at_its_own_address_and_the_client_sent_to_the_public_one() {
    let store = FakeStore::start().await;
    let answer = world(&store, "").await.get(OBJECT).await;
    assert_eq!(answer.status, 302, "{}", answer.body);
    let public = "https://blobs.example/mlstore/c/a%20b%2523.png?";
    assert!(answer.location().starts_with(public), "{}", answer.location());
    let asked = store.asked();
    assert_eq!(asked.len(), 1);
    assert!(asked[0].starts_with("HEAD /mlstore/c/a%20b%2523.png?") && asked[0].contains("sig="), "{asked:?}");
}

#[tokio::test]
async fn an_object_that_is_not_there_is_a_404() {
    let store = FakeStore::start().await;
    let world = world(&store, "").await;
    for (status, key) in [(404, "1"), (403, "2")] {
        store.answers(status);
        let answer = world.get(&format!("/?url=azure://mlstore/c/{key}")).await;
        assert_eq!((answer.status, answer.location(), &answer.json()["code"]), (404, "", &"not_found".into()));
    }
    let counted = world.metrics("presign_requests_total{");
    let absent = "{backend=\"stored\",operation=\"get\",outcome=\"not_found\",rule=\"checked\"} 2";
    assert!(counted.iter().any(|line| line.ends_with(absent)), "{counted:?}");
}

#[tokio::test]
async fn an_answer_is_remembered_for_the_requests_that_follow() {
    let store = FakeStore::start().await;
    let world = world(&store, "").await;
    for method in ["GET", "HEAD", "GET"] {
        assert_eq!(world.alice(method, OBJECT, &[]).await.status, 302);
    }
    assert_eq!(store.asked().len(), 1);
    world.get("/?url=azure://mlstore/c/another").await;
    assert_eq!(store.asked().len(), 2, "another object has another answer");
}

#[tokio::test]
async fn a_store_that_does_not_answer_as_one_is_an_outage_and_not_remembered() {
    let store = FakeStore::start().await;
    let world = world(&store, "").await;
    for status in [500, 503, 400, 401, 302, 307] {
        store.answers(status);
        let answer = world.get(OBJECT).await;
        assert_eq!((answer.status, answer.header("retry-after")), (503, "5"), "{status}");
        assert_eq!(answer.json()["code"], "unavailable");
    }
    assert_eq!(store.asked().len(), 6, "a redirect of the store was followed, or an outage remembered");
    store.answers(200);
    assert_eq!(world.get(OBJECT).await.status, 302);
}

#[tokio::test]
async fn a_store_that_hangs_is_given_up() {
    let store = FakeStore::start().await;
    let world = world(&store, "limits: {request_timeout: 200ms}").await;
    store.hold(true);
    let answer = world.get(OBJECT).await;
    assert_eq!((answer.status, answer.header("retry-after").is_empty()), (503, false));
    let counted = world.metrics("presign_requests_total");
    assert!(
        counted.iter().any(|line| line.contains(r#"outcome="unavailable""#) && line.ends_with(" 1")),
        "{counted:?}"
    );
}

#[tokio::test]
async fn the_store_is_not_asked_for_who_may_not_know_nor_for_a_write() {
    let store = FakeStore::start().await;
    let world = world(&store, "").await;
    store.answers(404);
    let bob = format!("Bearer {}", crate::world::BOB);
    assert_eq!(world.ask("GET", OBJECT, &[("Authorization", &bob)]).await.status, 403);
    assert_eq!(world.ask("GET", OBJECT, &[]).await.status, 401);
    assert_eq!(world.alice("DELETE", OBJECT, &[]).await.status, 405);
    assert_eq!(world.alice("PUT", OBJECT, &[]).await.status, 307);
    assert_eq!(world.get("/?url=azure://mlstore/unchecked/k").await.status, 302);
    assert_eq!(store.asked(), Vec::<String>::new());
}
