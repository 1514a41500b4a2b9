//! What is remembered, and for how long.

use fake_apiserver::{ALICE, Fault, SYSTEM};
use presign_gateway::auth::{AuthError, CacheResult};
use serde_json::json;

use crate::support::{LOGIN, USER, World, basic, bearer};

#[tokio::test]
async fn a_known_token_is_answered_without_waiting_and_without_a_call() {
    let world = World::new().await;
    let request = bearer(&world.token(ALICE));
    assert_eq!(world.known(&request), None);
    let first = world.who(&request).await.unwrap();
    world.clock.advance(59);
    let second = world.known(&request).unwrap().unwrap();
    assert!(std::sync::Arc::ptr_eq(&first, &second));
    assert_eq!(world.calls(USER), 1);
    assert_eq!(*world.notes.cache.lock().unwrap(), [CacheResult::Miss, CacheResult::Hit]);
}

#[tokio::test]
async fn an_answer_is_believed_for_cache_ttl() {
    let world = World::with(json!({"cache_ttl": "10s"})).await;
    let request = bearer(&world.token(ALICE));
    world.who(&request).await.unwrap();
    world.clock.advance(9);
    assert!(world.known(&request).is_some());
    world.clock.advance(1);
    assert_eq!(world.known(&request), None);
    world.who(&request).await.unwrap();
    assert_eq!(world.calls(USER), 2);
}

#[tokio::test]
async fn without_cache_ttl_every_request_asks() {
    let world = World::with(json!({"cache_ttl": "0"})).await;
    let request = bearer(&world.token(ALICE));
    for _ in 0..3 {
        world.who(&request).await.unwrap();
    }
    assert_eq!(world.calls(USER), 3);
}

#[tokio::test]
async fn a_token_ends_inside_the_cache() {
    let world = World::new().await;
    let request = bearer(&world.server.token(ALICE, Some(30)));
    world.who(&request).await.unwrap();
    world.clock.advance(29);
    assert!(world.known(&request).unwrap().is_ok());
    world.clock.advance(1);
    assert_eq!(world.known(&request), Some(Err(AuthError::Expired)));
    assert_eq!(world.calls(USER), 1);
}

#[tokio::test]
async fn a_logout_counts_once_the_answer_is_old() {
    let world = World::new().await;
    let token = world.token(ALICE);
    let request = bearer(&token);
    world.who(&request).await.unwrap();
    world.server.revoke(&token);
    assert!(world.who(&request).await.is_ok());
    world.clock.advance(60);
    assert_eq!(world.who(&request).await, Err(AuthError::Revoked));
}

#[tokio::test]
async fn a_refusal_is_remembered_for_a_few_seconds() {
    let world = World::new().await;
    let request = bearer(&world.server.forged_token(ALICE));
    assert_eq!(world.who(&request).await, Err(AuthError::Refused));
    world.clock.advance(4);
    assert_eq!(world.known(&request), Some(Err(AuthError::Refused)));
    world.clock.advance(1);
    assert_eq!(world.who(&request).await, Err(AuthError::Refused));
    assert_eq!(world.calls(USER), 2);
}

#[tokio::test]
async fn a_refused_token_is_not_good_again_because_of_an_outage() {
    let world = World::new().await;
    let token = world.token(ALICE);
    let request = bearer(&token);
    world.who(&request).await.unwrap();
    world.server.revoke(&token);
    world.clock.advance(60);
    assert_eq!(world.who(&request).await, Err(AuthError::Revoked));
    world.clock.advance(10);
    world.server.fail(Fault::Disconnects);
    assert!(world.who(&request).await.unwrap_err().retry_after().is_some());
}

#[tokio::test]
async fn exchanged_keys_are_remembered_like_tokens() {
    let world = World::new().await;
    let request = basic(ALICE.access_key, ALICE.secret_key);
    for _ in 0..5 {
        world.who(&request).await.unwrap();
    }
    assert!(world.known(&request).unwrap().is_ok());
    let wrong = basic(ALICE.access_key, "wrong");
    for _ in 0..5 {
        assert_eq!(world.who(&wrong).await, Err(AuthError::Refused));
    }
    assert_eq!(world.calls(LOGIN), 2);
}

#[tokio::test]
async fn a_token_without_an_end_is_asked_about_again_all_the_same() {
    let world = World::new().await;
    let request = bearer(&world.server.token(SYSTEM, None));
    world.who(&request).await.unwrap();
    world.clock.advance(60);
    assert_eq!(world.known(&request), None);
}
