//! IAM and the token services when they are down, busy, slow, or say one thing and mean another.

use std::{sync::Arc, time::Duration};

use presign_core::{Operation, Readiness, ResponseOverrides, SignError, SignedUrl, Signer};
use presign_gcs::GcsSigner;
use serde_json::json;

use crate::{
    common::{Hand, location, noon, sign},
    keyless::on_a_machine,
    stub::{METADATA, SIGN, Stub, denied, fault},
};

async fn machine() -> (Stub, Arc<Hand>, GcsSigner) {
    let stub = Stub::start(noon()).await;
    let clock = Hand::at_noon();
    let signer = on_a_machine(&stub, &clock).await;
    (stub, clock, signer)
}

async fn link(signer: &GcsSigner, key: &str) -> Result<SignedUrl, SignError> {
    sign(signer, Operation::Get, &location("data", key), ResponseOverrides::NONE).await
}

#[tokio::test]
async fn what_passes_is_tried_again() {
    let (stub, _, signer) = machine().await;
    for status in [429, 500, 503] {
        let before = stub.calls(SIGN);
        stub.fail(SIGN, [fault(status), fault(status)]);
        link(&signer, &status.to_string()).await.unwrap();
        assert_eq!(stub.calls(SIGN) - before, 3);
    }
}

#[tokio::test]
async fn a_service_that_asks_for_patience_is_not_asked_again_but_the_caller_is_told() {
    let (stub, _, signer) = machine().await;
    let mut busy = fault(429);
    busy.retry_after = Some(7);
    stub.fail(SIGN, [busy]);
    let error = link(&signer, "k").await.unwrap_err();
    let seven = Some(Duration::from_secs(7));
    assert!(matches!(&error, SignError::Unavailable { retry_after, .. } if *retry_after == seven), "{error}");
    assert!(error.to_string().contains("limits the rate"), "{error}");
    assert_eq!(stub.calls(SIGN), 1);
}

#[tokio::test]
async fn a_missing_permission_is_said_at_once_with_the_role_that_helps() {
    let (stub, _, signer) = machine().await;
    stub.fail(SIGN, [denied()]);
    let error = link(&signer, "k").await.unwrap_err();
    assert!(
        matches!(&error, SignError::Credentials(why) if why.contains("roles/iam.serviceAccountTokenCreator")),
        "{error}"
    );
    assert_eq!(stub.calls(SIGN), 1, "trying again would not help");
}

#[tokio::test]
async fn a_rate_limit_that_calls_itself_a_missing_permission_is_seen_through() {
    let (stub, clock, signer) = machine().await;
    link(&signer, "first").await.unwrap();
    stub.fail(SIGN, [denied()]);
    link(&signer, "second").await.unwrap();
    stub.fail(SIGN, [denied(), denied(), denied()]);
    let error = link(&signer, "third").await.unwrap_err();
    assert!(matches!(&error, SignError::Unavailable { message, .. } if message.contains("signed for")), "{error}");
    // When it has not signed for long, the permission may well be gone.
    clock.set(1200);
    stub.fail(SIGN, [denied()]);
    assert!(matches!(link(&signer, "fourth").await, Err(SignError::Credentials(_))));
}

#[tokio::test]
async fn an_answer_that_is_no_signature_makes_no_link() {
    let (stub, _, signer) = machine().await;
    for body in [json!("<html>"), json!({}), json!({"signedBlob": "AAAA"})] {
        let mut lie = fault(200);
        lie.body = body;
        stub.fail(SIGN, [lie.clone(), lie.clone(), lie]);
        let error = link(&signer, "k").await.unwrap_err();
        assert!(error.to_string().contains("without a signature"), "{error}");
    }
}

#[tokio::test]
async fn a_token_that_is_refused_before_its_end_is_replaced() {
    let (stub, _, signer) = machine().await;
    link(&signer, "first").await.unwrap();
    stub.revoke();
    link(&signer, "second").await.unwrap();
    assert_eq!((stub.calls(METADATA), stub.calls(SIGN)), (2, 3));
    stub.break_down(SIGN, fault(401));
    let error = link(&signer, "third").await.unwrap_err();
    assert!(matches!(&error, SignError::Credentials(why) if why.contains("refuses the access token")), "{error}");
    assert_eq!((stub.calls(METADATA), stub.calls(SIGN)), (3, 5), "one new token for a link, no more");
}

#[tokio::test]
async fn after_failures_in_a_row_nobody_is_asked_for_a_while_and_all_are_told_why() {
    let (stub, clock, signer) = machine().await;
    link(&signer, "first").await.unwrap();
    stub.break_down(SIGN, fault(503));
    for index in 0..5 {
        assert!(link(&signer, &index.to_string()).await.is_err());
    }
    let calls = stub.calls(SIGN);
    let error = link(&signer, "later").await.unwrap_err();
    assert!(
        matches!(&error, SignError::Unavailable { message, retry_after: Some(_) } if message.contains("circuit open")),
        "{error}"
    );
    assert!(matches!(signer.readiness(noon()), Readiness::NotReady(why) if why.contains("circuit open")));
    assert_eq!(stub.calls(SIGN), calls);
    stub.mend(SIGN);
    clock.set(6);
    link(&signer, "later").await.unwrap();
    assert_eq!(signer.readiness(noon()), Readiness::Ready);
}

#[tokio::test]
async fn an_outage_is_not_made_worse_by_retries() {
    let (stub, clock, signer) = machine().await;
    stub.break_down(SIGN, fault(503));
    for minute in 0..30 {
        clock.set(minute * 120);
        assert!(link(&signer, &minute.to_string()).await.is_err());
    }
    // 30 calls, 10 retries that were saved up, and one for every five calls.
    assert!((30..=46).contains(&stub.calls(SIGN)), "{}", stub.calls(SIGN));
}

#[tokio::test]
async fn a_metadata_server_that_is_down_at_start_is_asked_again() {
    let (stub, clock, signer) = machine().await;
    stub.break_down(METADATA, fault(503));
    assert!(matches!(link(&signer, "k").await, Err(SignError::Unavailable { .. })));
    assert!(matches!(signer.readiness(noon()), Readiness::NotReady(_)));
    stub.mend(METADATA);
    clock.set(2);
    link(&signer, "k").await.unwrap();
}

#[tokio::test]
async fn a_metadata_server_that_is_down_at_refresh_leaves_the_old_token_until_its_end() {
    let (stub, clock, signer) = machine().await;
    link(&signer, "first").await.unwrap();
    stub.break_down(METADATA, fault(503));
    clock.set(3599);
    link(&signer, "second").await.unwrap();
    clock.set(3600);
    let error = link(&signer, "third").await.unwrap_err();
    assert!(matches!(&error, SignError::Unavailable { retry_after: Some(_), .. }), "{error}");
    assert_eq!(signer.credential(), None);
    // A clock that jumps back finds the token good again, and one that jumps ahead a new one.
    clock.set(10);
    link(&signer, "fourth").await.unwrap();
    stub.mend(METADATA);
    clock.set(1_000_000);
    link(&signer, "fifth").await.unwrap();
}

#[tokio::test]
async fn tokens_that_shrink_are_taken_as_they_are() {
    let (stub, clock, signer) = machine().await;
    link(&signer, "first").await.unwrap();
    stub.tokens_live(10);
    clock.set(3600);
    link(&signer, "second").await.unwrap();
    clock.set(3611);
    link(&signer, "third").await.unwrap();
    assert_eq!(stub.calls(METADATA), 3);
}
