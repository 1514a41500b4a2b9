//! Whether the authenticator says that it works.

use std::sync::Arc;

use fake_apiserver::{ALICE, Fault};
use presign_core::Readiness;
use serde_json::json;

use crate::support::{
    LOGIN, PING, VALIDATE, World, admin_keys, and, apiserver, bearer, build, clearml, clock, system_keys,
};

fn reason(world: &World) -> String {
    match world.auth.readiness() {
        Readiness::Ready => String::new(),
        Readiness::Degraded(reason) | Readiness::NotReady(reason) => reason,
    }
}

#[tokio::test]
async fn the_apiserver_is_asked_at_the_start() {
    let world = World::new().await;
    assert_eq!((world.auth.readiness(), world.auth.provider()), (Readiness::Ready, "clearml"));
    assert_eq!(world.calls(PING), 1);
}

#[tokio::test]
async fn configured_keys_are_tried_at_the_start() {
    let world = World::with(system_keys()).await;
    assert_eq!(world.auth.readiness(), Readiness::Ready);
    assert_eq!((world.calls(LOGIN), world.calls(VALIDATE)), (1, 1));
    let world = World::with(and(system_keys(), json!({"validation": "own_token"}))).await;
    assert_eq!((world.calls(LOGIN), world.calls(VALIDATE)), (1, 0));
}

#[tokio::test]
async fn wrong_keys_show() {
    let world = World::with(json!({"access_key": "nobody", "secret_key": {"env": "SYSTEM_SECRET"}})).await;
    assert_eq!(reason(&world), "the apiserver refuses the configured access key");
    assert!(world.who(&bearer(&world.token(ALICE))).await.is_ok(), "users' own tokens do not need them");
}

#[tokio::test]
async fn keys_of_too_low_a_role_show_where_they_are_needed() {
    let world = World::with(and(admin_keys(), json!({"validation": "validate_token"}))).await;
    assert!(reason(&world).contains("takes the role system or root"), "{}", reason(&world));
    let world = World::with(admin_keys()).await;
    assert_eq!(world.auth.readiness(), Readiness::Ready, "auto does without");
}

#[tokio::test]
async fn an_apiserver_that_is_down_at_the_start_keeps_nothing_from_starting() {
    for (fault, words) in [
        (Fault::Disconnects, "cannot be reached"),
        (Fault::Garbage, "answers HTTP 200 with something that is not the apiserver's"),
        (Fault::Unavailable, "answers HTTP 503"),
        (Fault::Huge, "answers more than 262144 bytes"),
    ] {
        let clock = clock();
        let server = apiserver(&clock).await;
        server.fail(fault);
        let world = World::on(server, clock, system_keys()).await;
        assert!(reason(&world).contains(words), "{}", reason(&world));
        assert!(reason(&world).contains(&world.server.url()), "{}", reason(&world));
        world.server.mend();
        world.who(&bearer(&world.token(ALICE))).await.unwrap();
        assert!(!reason(&world).contains(words), "{}", reason(&world));
    }
}

#[tokio::test]
async fn an_outage_shows_until_it_is_over() {
    let world = World::new().await;
    world.server.fail(Fault::Disconnects);
    world.who(&bearer(&world.token(ALICE))).await.unwrap_err();
    assert!(reason(&world).contains("cannot be reached"), "{}", reason(&world));
    world.server.mend();
    world.who(&bearer(&world.token(ALICE))).await.unwrap();
    assert_eq!(world.auth.readiness(), Readiness::Ready);
}

#[tokio::test]
async fn an_unclear_answer_about_one_token_does_not_make_the_gateway_unready() {
    let world = World::new().await;
    let token = world.server.token_with(ALICE, Some(60), |claims| claims["identity"] = json!(null));
    assert_eq!(world.who(&bearer(&token)).await.unwrap_err().label(), "unavailable");
    assert_eq!(world.auth.readiness(), Readiness::Ready);
}

#[tokio::test]
async fn the_token_secret_needs_no_apiserver() {
    let clock = clock();
    let server = apiserver(&clock).await;
    server.fail(Fault::Disconnects);
    let fields = json!({"validation": "token_secret", "token_secret": {"env": "TOKEN_SECRET"}});
    let world = World::on(server, clock, fields).await;
    assert_eq!(world.auth.readiness(), Readiness::Ready);
    assert!(world.who(&bearer(&world.token(ALICE))).await.is_ok());
}

#[tokio::test]
async fn an_apiserver_below_a_path_is_asked_below_it() {
    // As behind the web server, which knows the apiserver as /api; alone, the apiserver takes /v2.30 for its version.
    let clock = clock();
    let server = apiserver(&clock).await;
    for path in ["/v2.30", "/v2.30/"] {
        let config = clearml(&format!("{}{path}", server.url()), &json!({}));
        let auth = build(&config, &clock, &Arc::default()).await;
        assert_eq!(auth.readiness(), Readiness::Ready);
    }
    assert!(server.requests().iter().all(|request| request.target == "/v2.30/debug.ping"));
}
