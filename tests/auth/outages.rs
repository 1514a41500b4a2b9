//! An apiserver that is down, in every way that one can be.

use fake_apiserver::{ALICE, BOB, Fault};
use presign_core::Clock;
use presign_gateway::auth::{CacheResult, CallOutcome};
use serde_json::{Value, json};

use crate::support::{Answer, PING, USER, World, and, basic, bearer, build, clearml, cookie, system_keys};

const FAULTS: [Fault; 8] = [
    Fault::RedisDown,
    Fault::Disconnects,
    Fault::Garbage,
    Fault::Huge,
    Fault::Unavailable,
    Fault::ForeignRefusal,
    Fault::Contradiction,
    Fault::Redirect,
];

fn is_outage(answer: &Answer) -> bool {
    answer.as_ref().is_err_and(|error| error.retry_after().is_some() && error.label() == "unavailable")
}

fn ways() -> [Value; 3] {
    [json!({}), json!({"validation": "own_token"}), and(system_keys(), json!({"validation": "validate_token"}))]
}

#[tokio::test]
async fn an_unknown_token_gets_in_during_no_outage_and_is_not_remembered_as_refused() {
    for way in ways() {
        let world = World::with(way.clone()).await;
        for fault in FAULTS {
            let request = bearer(&world.token(ALICE));
            world.server.fail(fault);
            let answer = world.who(&request).await;
            assert!(is_outage(&answer), "{way} {fault:?}: {answer:?}");
            world.server.mend();
            assert!(world.who(&request).await.is_ok(), "{way} {fault:?}");
        }
    }
}

#[tokio::test]
async fn keys_get_in_during_no_outage_either() {
    let world = World::new().await;
    for fault in FAULTS.into_iter().filter(|fault| *fault != Fault::RedisDown) {
        world.server.fail(fault);
        let answer = world.who(&basic(ALICE.login, ALICE.password)).await;
        assert!(is_outage(&answer), "{fault:?}: {answer:?}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let world = World::new().await;
    let before = world.calls(PING);
    world.server.fail(Fault::Redirect);
    assert!(is_outage(&world.who(&bearer(&world.token(ALICE))).await));
    assert_eq!(world.calls(PING), before);
}

#[tokio::test]
async fn a_slow_apiserver_is_given_up_on() {
    let world = World::with(json!({"timeout": "50ms"})).await;
    world.server.hold();
    assert!(is_outage(&world.who(&bearer(&world.token(ALICE))).await));
    assert_eq!(world.notes.calls.lock().unwrap().last(), Some(&(USER, CallOutcome::TimedOut)));
}

#[tokio::test]
async fn nobody_at_the_address_is_an_outage() {
    let world = World::new().await;
    let request = bearer(&world.token(ALICE));
    let World { server, clock, notes, .. } = world;
    let config = clearml(&server.url(), &json!({}));
    drop(server);
    let auth = build(&config, &clock, &notes).await;
    assert!(is_outage(&auth.authenticate(&request, clock.now()).await));
}

#[tokio::test]
async fn a_user_known_before_is_served_through_an_outage() {
    for fault in FAULTS {
        let world = World::with(json!({"cache_ttl": "10s", "stale_if_error": "100s"})).await;
        let request = bearer(&world.token(ALICE));
        world.who(&request).await.unwrap();
        world.server.fail(fault);
        for _ in 0..10 {
            world.clock.advance(10);
            assert!(world.who(&request).await.is_ok(), "{fault:?} at {}", world.now());
        }
        world.clock.advance(10);
        assert!(is_outage(&world.who(&request).await), "{fault:?}: not for ever");
        assert!(is_outage(&world.who(&bearer(&world.token(BOB))).await), "{fault:?}: not an unknown one");
        assert!(world.notes.cache.lock().unwrap().contains(&CacheResult::Stale));
    }
}

#[tokio::test]
async fn an_outage_does_not_lengthen_a_tokens_life() {
    let world = World::with(json!({"cache_ttl": "10s", "stale_if_error": "1h"})).await;
    let request = bearer(&world.server.token(ALICE, Some(30)));
    world.who(&request).await.unwrap();
    world.server.fail(Fault::Unavailable);
    world.clock.advance(29);
    assert!(world.who(&request).await.is_ok());
    world.clock.advance(1);
    assert_eq!(world.who(&request).await.unwrap_err().label(), "expired");
}

#[tokio::test]
async fn without_stale_if_error_nobody_is_served_through_an_outage() {
    let world = World::with(json!({"stale_if_error": "0"})).await;
    let request = bearer(&world.token(ALICE));
    world.who(&request).await.unwrap();
    world.server.fail(Fault::Unavailable);
    world.clock.advance(60);
    assert!(is_outage(&world.who(&request).await));
}

#[tokio::test]
async fn an_apiserver_that_is_down_is_not_asked_for_every_request() {
    let world = World::with(json!({"cache_ttl": "10s"})).await;
    let request = bearer(&world.token(ALICE));
    world.who(&request).await.unwrap();
    world.server.fail(Fault::Unavailable);
    world.clock.advance(10);
    for _ in 0..20 {
        world.who(&request).await.unwrap();
    }
    assert_eq!(world.calls(USER), 2);
}

#[tokio::test]
async fn after_an_outage_answers_count_again() {
    let world = World::with(json!({"cache_ttl": "10s"})).await;
    let token = world.token(ALICE);
    let request = bearer(&token);
    world.who(&request).await.unwrap();
    world.server.fail(Fault::RedisDown);
    world.clock.advance(10);
    world.who(&request).await.unwrap();
    world.server.revoke(&token);
    world.server.mend();
    world.clock.advance(2);
    assert_eq!(world.who(&request).await.unwrap_err().label(), "revoked");
}

#[tokio::test]
async fn an_outage_hides_behind_no_other_cookie() {
    let world = World::new().await;
    let expired = world.server.token(ALICE, Some(-1));
    let request =
        cookie(&format!("clearml_token_basic={expired}; allegro_token={}; allegro_token2=junk", world.token(BOB)));
    world.server.fail(Fault::Unavailable);
    assert!(is_outage(&world.who(&request).await));
}
