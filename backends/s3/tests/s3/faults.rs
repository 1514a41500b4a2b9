//! Token services that are slow, down, refuse, or lie.

use std::time::Duration;

use futures::future::join_all;
use presign_core::{Readiness, RefreshOutcome, SignError, Signer};
use serde_json::json;

use crate::{
    assumed::assumed,
    fetched::issued,
    stub::{Answer, Asked, Stub, answer},
    world::{World, later},
};

const ROLE: &str = "arn:aws:iam::123456789012:role/reader";

async fn world(stub: &Stub) -> World {
    let base = json!({"source": "static", "access_key": "BASE", "secret_key": {"env": "SECRET"}});
    let credentials = json!({"source": "assume_role", "role_arn": ROLE, "base": base, "sts_endpoint": stub.url()});
    World::new(credentials, &[("SECRET", "s3cr3t")]).await
}

#[expect(clippy::unnecessary_wraps, reason = "a stub may have no answer")]
fn good(_: &Asked) -> Option<Answer> {
    Some(assumed("AssumeRole", "GOOD", 3600))
}

fn refusal(status: u16, code: &str) -> Answer {
    let body = format!("<ErrorResponse><Error><Code>{code}</Code><Message>because</Message></Error></ErrorResponse>");
    answer(status, body)
}

#[tokio::test]
async fn a_thousand_first_requests_make_one_call() {
    let stub =
        Stub::start(|_| Some(Answer { takes: Duration::from_millis(100), ..assumed("AssumeRole", "GOOD", 3600) }))
            .await;
    let world = world(&stub).await;
    let all = join_all((0..1000).map(|_| world.access_key())).await;
    assert!(all.iter().all(|one| one.as_deref() == Ok("GOOD")));
    assert_eq!(stub.asked().len(), 1);
    assert!(world.has_link_now());
}

#[tokio::test]
async fn a_service_that_is_down_at_the_start_makes_the_backend_not_ready_and_then_ready_by_itself() {
    let stub = Stub::start(|_| Some(answer(503, ""))).await;
    let world = world(&stub).await;
    assert!(matches!(world.signer.readiness(world.now()), Readiness::NotReady(_)));
    let error = world.link().await.unwrap_err();
    assert!(
        matches!(&error, SignError::Unavailable { retry_after: Some(_), message } if message.contains("answers 503")),
        "{error}"
    );
    stub.now(good);
    world.keep_fresh_until(10, || world.is_ready()).await;
    assert_eq!(world.access_key().await.unwrap(), "GOOD");
}

#[tokio::test]
async fn a_refresh_that_fails_keeps_the_old_credential_until_its_end_and_then_there_is_none() {
    let stub = Stub::start(good).await;
    let world = world(&stub).await;
    assert_eq!(world.access_key().await.unwrap(), "GOOD");
    stub.now(|_| Some(answer(500, "")));
    world.keep_fresh_until(2000, || world.heard.0.lock().unwrap().contains(&RefreshOutcome::Unavailable)).await;
    assert_eq!(world.access_key().await.unwrap(), "GOOD");
    assert!(matches!(world.signer.readiness(world.now()), Readiness::Degraded(_)));
    world.set(3000);
    let error = world.link().await.unwrap_err().to_string();
    assert!(error.contains("before the link would"), "a link would outlive the credential: {error}");
    world.set(3600);
    assert!(matches!(world.link().await, Err(SignError::Unavailable { .. })));
    assert!(!world.has_link_now());
    assert_eq!(world.signer.credential(), None);
}

#[tokio::test]
async fn a_refusal_is_not_an_outage_and_a_throttle_is_not_a_refusal() {
    for (reply, is_outage, says) in [
        (refusal(403, "AccessDenied"), false, "refused AssumeRole: AccessDenied: because"),
        (refusal(400, "ExpiredToken"), false, "ExpiredToken"),
        (refusal(400, "Throttling"), true, "asks to slow down"),
        (refusal(429, "Whatever"), true, "asks to slow down"),
        (refusal(500, "InternalFailure"), true, "answers 500"),
        (answer(200, "<html>hunter2</html>"), true, "did not answer as STS does"),
        (answer(200, "hunter2"), true, "did not answer as STS does"),
    ] {
        let stub = Stub::start(move |_| Some(reply.clone())).await;
        let error = world(&stub).await.link().await.unwrap_err();
        assert_eq!(matches!(error, SignError::Unavailable { .. }), is_outage, "{error:?}");
        assert!(error.to_string().contains(says) && !error.to_string().contains("hunter2"), "{error}");
    }
    let nobody = Stub::start(|_| None).await.url();
    let credentials = json!({"source": "imds", "endpoint": nobody});
    let error = World::new(credentials, &[]).await.link().await.unwrap_err();
    assert!(
        matches!(&error, SignError::Unavailable { message, .. } if message.contains("cannot be reached")),
        "{error}"
    );
}

#[tokio::test]
async fn a_container_s_host_that_is_down_is_an_outage_and_one_that_refuses_is_not() {
    for (status, is_outage) in [(500, true), (429, true), (403, false)] {
        let stub = Stub::start(move |_| Some(answer(status, "hunter2"))).await;
        let url = stub.url();
        let world = World::new(json!({"source": "ecs"}), &[("AWS_CONTAINER_CREDENTIALS_FULL_URI", url.as_str())]).await;
        let error = world.link().await.unwrap_err();
        assert_eq!(matches!(error, SignError::Unavailable { .. }), is_outage, "{error:?}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn a_credential_that_ended_before_it_came_signs_nothing() {
    let stub = Stub::start(|asked| match asked.line().as_str() {
        "PUT /latest/api/token" => Some(answer(200, "s")),
        "GET /latest/meta-data/iam/security-credentials/" => Some(answer(200, "role")),
        _ => Some(answer(200, issued("STALE").replace(&later(3600), &later(0)))),
    })
    .await;
    for source in [json!({"source": "imds", "endpoint": stub.url()}), json!({"source": "default"})] {
        let url = stub.url();
        let world = World::new(source, &[("AWS_EC2_METADATA_SERVICE_ENDPOINT", url.as_str())]).await;
        let error = world.link().await.unwrap_err().to_string();
        assert!(error.contains("look at the clocks"), "{error}");
    }
}

#[tokio::test]
async fn a_credential_that_shrinks_is_the_one_that_counts() {
    let stub = Stub::start(good).await;
    let world = world(&stub).await;
    assert_eq!(world.access_key().await.unwrap(), "GOOD");
    stub.now(|_| Some(assumed("AssumeRole", "SHORT", 4000)));
    world.set(3000);
    assert_eq!(world.access_key().await.unwrap(), "SHORT");
    assert_eq!(world.signer_info().expires_at.unwrap().to_string(), later(4000));
}

#[tokio::test]
async fn a_clock_that_jumps_back_signs_on_and_one_that_jumps_ahead_asks_again() {
    let stub = Stub::start(good).await;
    let world = world(&stub).await;
    assert_eq!(world.access_key().await.unwrap(), "GOOD");
    world.set(-86_400);
    assert_eq!(world.access_key().await.unwrap(), "GOOD");
    world.set(86_400);
    assert!(world.link().await.is_err(), "the service's credential ended long ago");
    stub.now(|_| Some(assumed("AssumeRole", "LATER", 90_000)));
    world.set(86_460);
    assert_eq!(world.access_key().await.unwrap(), "LATER");
}
