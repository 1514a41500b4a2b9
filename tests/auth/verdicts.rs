//! What each kind of token is, by each way of checking.

use fake_apiserver::{ALICE, BOB, COMPANY, GUEST};
use presign_core::Timestamp;
use presign_gateway::auth::{AuthError, Principal};
use serde_json::json;

use crate::support::{LOGIN, PING, USER, VALIDATE, World, admin_keys, and, basic, bearer, system_keys, unsigned};

fn alice(end: Option<Timestamp>) -> Principal {
    Principal::new(ALICE.id, COMPANY, "user").with_name(Some("Alice User".to_owned())).with_token_expires_at(end)
}

/// Tokens that every way of checking refuses.
fn bad_tokens(world: &World) -> Vec<(&'static str, String, AuthError)> {
    let with = |name: &str, value: serde_json::Value| {
        world.server.token_with(ALICE, Some(3600), |claims| claims[name] = value.clone())
    };
    let later = world.now().unix() + 3600;
    vec![
        ("expired", world.server.token(ALICE, Some(-60)), AuthError::Expired),
        ("expired this second", world.server.token(ALICE, Some(0)), AuthError::Expired),
        ("signed with another secret", world.server.forged_token(ALICE), AuthError::Refused),
        ("without a signature", unsigned(&world.token(ALICE)), AuthError::Refused),
        ("for later", with("nbf", json!(later)), AuthError::Refused),
        ("issued later", with("iat", json!(later)), AuthError::Refused),
        ("for another audience", with("aud", json!("somebody")), AuthError::Refused),
        ("with an end that is no time", with("exp", json!("never")), AuthError::Malformed),
        ("no token at all", "garbage".to_owned(), AuthError::Malformed),
        ("three parts of nothing", "a.b.c".to_owned(), AuthError::Malformed),
        ("four parts", format!("{}.x", world.token(ALICE)), AuthError::Malformed),
    ]
}

async fn refuses_bad_tokens(world: &World) {
    for (what, token, expected) in bad_tokens(world) {
        let answer = world.who(&bearer(&token)).await.unwrap_err();
        // A signature that is no signature may also be seen as a malformed token.
        let is_fine = answer == expected || (what == "without a signature" && answer == AuthError::Malformed);
        assert!(is_fine, "{what}: {answer:?}");
    }
}

#[tokio::test]
async fn a_user_is_known_by_the_users_own_token() {
    let world = World::new().await;
    let principal = world.who(&bearer(&world.token(ALICE))).await.unwrap();
    assert_eq!(*principal, alice(Some(Timestamp::from_unix(world.now().unix() + 86_400))));
    assert_eq!((world.calls(USER), world.calls(PING), world.server.requests().len()), (1, 1, 2));
}

#[tokio::test]
async fn each_token_is_its_own_users() {
    let world = World::new().await;
    for account in [ALICE, BOB, GUEST] {
        let principal = world.who(&bearer(&world.token(account))).await.unwrap();
        assert_eq!((principal.user.as_str(), principal.role.as_str()), (account.id, account.role));
    }
}

#[tokio::test]
async fn bad_tokens_are_refused_by_the_user_list() {
    refuses_bad_tokens(&World::new().await).await;
}

#[tokio::test]
async fn bad_tokens_are_refused_by_the_gateways_own_keys() {
    let world = World::with(and(system_keys(), json!({"validation": "validate_token"}))).await;
    refuses_bad_tokens(&world).await;
    assert_eq!(world.calls(USER), 0);
}

#[tokio::test]
async fn bad_tokens_are_refused_by_the_token_secret_without_asking() {
    let world = World::with(json!({"validation": "token_secret", "token_secret": {"env": "TOKEN_SECRET"}})).await;
    refuses_bad_tokens(&world).await;
    assert!(world.server.requests().is_empty());
}

#[tokio::test]
async fn tokens_that_cannot_be_good_are_refused_without_asking() {
    let world = World::new().await;
    for token in ["garbage".to_owned(), "a.b.c".to_owned(), world.server.token(ALICE, Some(-1))] {
        assert!(world.who(&bearer(&token)).await.is_err());
    }
    assert_eq!(world.calls(USER), 0);
}

#[tokio::test]
async fn a_logged_out_user_is_refused() {
    for fields in [json!({}), json!({"validation": "own_token"}), validate_token()] {
        let world = World::with(fields.clone()).await;
        let token = world.token(ALICE);
        world.server.revoke(&token);
        assert_eq!(world.who(&bearer(&token)).await, Err(AuthError::Revoked), "{fields}");
    }
}

#[tokio::test]
async fn a_deleted_user_is_refused_by_the_user_list() {
    for fields in [json!({}), json!({"validation": "own_token"}), system_keys()] {
        let world = World::with(fields.clone()).await;
        let token = world.server.token_with(ALICE, Some(60), |claims| claims["identity"]["user"] = json!("gone"));
        assert_eq!(world.who(&bearer(&token)).await, Err(AuthError::UserGone), "{fields}");
        let token = world.server.token_with(ALICE, Some(60), |claims| claims["identity"]["company"] = json!("other"));
        assert_eq!(world.who(&bearer(&token)).await, Err(AuthError::UserGone), "{fields}");
    }
}

fn validate_token() -> serde_json::Value {
    and(system_keys(), json!({"validation": "validate_token"}))
}

#[tokio::test]
async fn the_gateways_own_keys_confirm_what_the_token_says() {
    let world = World::with(validate_token()).await;
    let before = world.calls(VALIDATE);
    let principal = world.who(&bearer(&world.token(ALICE))).await.unwrap();
    assert_eq!(*principal, alice(Some(Timestamp::from_unix(world.now().unix() + 86_400))));
    assert_eq!((world.calls(VALIDATE), world.calls(USER)), (before + 1, 0));
}

#[tokio::test]
async fn keys_that_may_not_validate_tokens_let_nobody_in() {
    let fields = and(admin_keys(), json!({"validation": "validate_token"}));
    let world = World::with(fields).await;
    let answer = world.who(&bearer(&world.token(ALICE))).await.unwrap_err();
    assert!(answer.retry_after().is_some(), "{answer:?}");
}

#[tokio::test]
async fn the_token_secret_knows_users_without_a_call_and_is_blind_to_logouts() {
    let world = World::with(json!({"validation": "token_secret", "token_secret": {"env": "TOKEN_SECRET"}})).await;
    let token = world.token(ALICE);
    world.server.revoke(&token);
    let principal = world.who(&bearer(&token)).await.unwrap();
    assert_eq!(*principal, alice(Some(Timestamp::from_unix(world.now().unix() + 86_400))));
    let endless = world.server.token(BOB, None);
    assert_eq!(world.who(&bearer(&endless)).await.unwrap().token_expires_at, None);
    assert!(world.server.requests().is_empty());
}

#[tokio::test]
async fn keys_are_exchanged_for_whom_they_belong_to() {
    let world = World::new().await;
    for (name, secret) in [(ALICE.access_key, ALICE.secret_key), (ALICE.login, ALICE.password)] {
        let principal = world.who(&basic(name, secret)).await.unwrap();
        assert_eq!(*principal, alice(Some(Timestamp::from_unix(world.now().unix() + 30 * 86_400))));
    }
    assert_eq!((world.calls(LOGIN), world.calls(USER)), (2, 0));
}

#[tokio::test]
async fn wrong_keys_are_refused() {
    let world = World::new().await;
    for (name, secret) in [("alice", "wrong"), ("mallory", "x"), (ALICE.access_key, BOB.secret_key), ("", "")] {
        assert_eq!(world.who(&basic(name, secret)).await, Err(AuthError::Refused), "{name}");
    }
}
