//! Tokens of the ClearML server's own services, which are in no user list.

use fake_apiserver::{ALICE, SERVICES_AGENT, SYSTEM};
use presign_gateway::auth::AuthError;
use serde_json::json;

use crate::support::{MODES, USER, VALIDATE, World, admin_keys, bearer, system_keys};

#[tokio::test]
async fn a_service_is_confirmed_by_its_session_when_there_are_no_keys() {
    let world = World::new().await;
    for account in [SERVICES_AGENT, SYSTEM] {
        let principal = world.who(&bearer(&world.token(account))).await.unwrap();
        assert_eq!((principal.user.as_str(), principal.role.as_str()), (account.id, account.role));
    }
    assert_eq!((world.calls(USER), world.calls(MODES), world.calls(VALIDATE)), (2, 2, 0));
}

#[tokio::test]
async fn a_service_is_confirmed_by_the_gateways_keys_where_these_may() {
    let world = World::with(system_keys()).await;
    let before = world.calls(VALIDATE);
    let principal = world.who(&bearer(&world.server.token(SYSTEM, None))).await.unwrap();
    assert_eq!((principal.user.as_str(), principal.token_expires_at), (SYSTEM.id, None));
    assert_eq!((world.calls(VALIDATE), world.calls(MODES)), (before + 1, 0));
}

#[tokio::test]
async fn keys_that_may_not_are_found_out_at_the_start_and_not_tried_again() {
    let world = World::with(admin_keys()).await;
    assert_eq!(world.calls(VALIDATE), 1);
    world.who(&bearer(&world.token(SERVICES_AGENT))).await.unwrap();
    assert_eq!((world.calls(VALIDATE), world.calls(MODES)), (1, 1));
}

#[tokio::test]
async fn a_service_that_logged_out_is_refused() {
    for fields in [json!({}), system_keys()] {
        let world = World::with(fields).await;
        let token = world.token(SERVICES_AGENT);
        world.server.revoke(&token);
        assert_eq!(world.who(&bearer(&token)).await, Err(AuthError::Revoked));
    }
}

#[tokio::test]
async fn a_forged_service_token_is_refused() {
    let world = World::with(system_keys()).await;
    assert_eq!(world.who(&bearer(&world.server.forged_token(SYSTEM))).await, Err(AuthError::Refused));
}

#[tokio::test]
async fn a_deleted_administrator_is_no_service() {
    let world = World::with(system_keys()).await;
    let token = world.server.token_with(ALICE, Some(60), |claims| {
        claims["identity"]["user"] = json!("gone");
        claims["identity"]["role"] = json!("admin");
    });
    assert_eq!(world.who(&bearer(&token)).await, Err(AuthError::UserGone));
    assert_eq!(world.calls(MODES), 0);
}

#[tokio::test]
async fn own_token_takes_no_services() {
    let world = World::with(json!({"validation": "own_token"})).await;
    assert_eq!(world.who(&bearer(&world.token(SYSTEM))).await, Err(AuthError::UserGone));
}
