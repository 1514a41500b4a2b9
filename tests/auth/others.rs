//! The providers `static` and `none`.

use std::sync::Arc;

use presign_core::{Clock, Readiness};
use presign_gateway::auth::{AuthError, Authenticator, Principal};
use serde_json::{Value, json};

use crate::support::{self, Answer, basic, bearer, clock, config, cookie, headers};

async fn build(value: Value) -> Arc<dyn Authenticator> {
    support::build(&config(value), &clock(), &Arc::default()).await
}

async fn static_tokens() -> Arc<dyn Authenticator> {
    let demo = json!({"token": {"env": "DEMO_TOKEN"}, "user": "demo", "company": "acme", "role": "admin"});
    let other = json!({"token": {"env": "OTHER_TOKEN"}, "user": "other"});
    build(json!({"provider": "static", "static": {"tokens": [demo, other]}})).await
}

async fn both(auth: &dyn Authenticator, headers: &http::HeaderMap) -> Answer {
    let now = clock().now();
    let answer = auth.authenticate_now(headers, now).unwrap();
    assert_eq!(answer, auth.authenticate(headers, now).await);
    answer
}

#[tokio::test]
async fn a_static_token_stands_for_its_user() {
    let auth = static_tokens().await;
    let request = bearer("demo-token-0123456789");
    assert_eq!(*both(&*auth, &request).await.unwrap(), Principal::new("demo", "acme", "admin"));
    let request = cookie("clearml_token_basic=junk; clearml_token_basic=other-token-0123456789");
    assert_eq!(*both(&*auth, &request).await.unwrap(), Principal::new("other", "", "user"));
    assert_eq!((auth.provider(), auth.readiness()), ("static", Readiness::Ready));
}

#[tokio::test]
async fn what_is_no_static_token_is_refused() {
    let auth = static_tokens().await;
    for (request, error) in [
        (headers([]), AuthError::NoneSent),
        (bearer("demo-token-012345678"), AuthError::Refused),
        (bearer("demo-token-01234567890"), AuthError::Refused),
        (cookie("clearml_token_basic=junk"), AuthError::Refused),
        (basic("demo", "demo-token-0123456789"), AuthError::UnsupportedScheme),
        (headers([("authorization", "bearer demo-token-0123456789")]), AuthError::UnsupportedScheme),
    ] {
        assert_eq!(both(&*auth, &request).await, Err(error), "{request:?}");
    }
}

#[tokio::test]
async fn the_header_beats_the_cookie_for_static_tokens_too() {
    let auth = static_tokens().await;
    let request = headers([("authorization", "Bearer junk"), ("cookie", "clearml_token_basic=demo-token-0123456789")]);
    assert_eq!(both(&*auth, &request).await, Err(AuthError::Refused));
}

#[tokio::test]
async fn with_no_provider_everybody_is_anonymous() {
    let auth = build(json!({"provider": "none"})).await;
    let anonymous = Principal::new("anonymous", "", "anonymous");
    for request in [headers([]), bearer("junk"), headers([("authorization", "Digest x")])] {
        assert_eq!(*both(&*auth, &request).await.unwrap(), anonymous);
    }
    assert_eq!((auth.provider(), auth.readiness()), ("none", Readiness::Ready));
}
