//! Storage credentials that end: links end before them, and who cannot get one is told so.

use std::sync::Arc;

use futures::future::join_all;
use serde_json::Value;

use crate::world::{Setup, World};

/// One backend, whose token service does as it is told, and one rule.
pub(crate) async fn world(lease: &str, signing: &str, ttl: &str) -> World {
    World::with(Setup {
        signing: signing.to_owned(),
        backends: format!("\n  lease: {{type: lease, {lease}}}"),
        rules: format!("\n  - {{name: all, match: {{glob: 's3://**'}}, backend: lease, ttl: {ttl}}}"),
        ..Setup::default()
    })
    .await
}

const URL: &str = "/?url=s3://b/k";

#[tokio::test]
async fn a_link_ends_a_minute_before_its_credential() {
    let world = world("lives: [600]", "min_ttl: 2m", "1h").await;
    let answer = world.get(URL).await;
    assert_eq!((answer.status, answer.header("x-presign-expires")), (302, "2027-01-15T08:09:00Z"));
    assert!(answer.location().contains("life=540&"), "{}", answer.location());
    assert_eq!(answer.header("cache-control"), "private, max-age=480");
    let json: Value = serde_json::from_str(&world.get("/?url=s3://b/k&format=json").await.body).unwrap();
    assert_eq!((&json["bound"], &json["expires_at"]), (&"credential".into(), &"2027-01-15T08:09:00Z".into()));
    let clamped = world.metrics("presign_ttl_clamped_total");
    assert_eq!(clamped, [r#"presign_ttl_clamped_total{backend="lease",bound="credential"} 2"#]);
}

#[tokio::test]
async fn a_credential_that_is_too_short_is_refreshed_before_a_link_is_shortened() {
    let world = world("lives: [600, 7200]", "min_ttl: 2m, stable_window: 0", "30m").await;
    assert!(world.get(URL).await.location().contains("credential=1&"));
    world.clock.advance(300);
    let answer = world.get(URL).await;
    assert!(answer.location().contains("credential=2&"), "{}", answer.location());
    assert!(answer.location().contains("life=1800&"), "{}", answer.location());
}

#[tokio::test]
async fn a_link_that_would_be_short_is_refused_where_the_operator_wants_it_so() {
    let signing = "min_ttl: 2m, short_credential: refresh_then_refuse";
    let refusing = world("lives: [600, 7200]", signing, "30m").await;
    let answer = refusing.get(URL).await;
    assert_eq!((answer.status, answer.location()), (503, ""));
    refusing.clock.advance(300);
    assert_eq!(refusing.get(URL).await.status, 302);
}

#[tokio::test]
async fn a_link_is_shortened_at_once_where_the_operator_wants_it_so() {
    let world = world("lives: [600, 7200]", "min_ttl: 2m, stable_window: 0, short_credential: clamp", "30m").await;
    assert_eq!(world.get(URL).await.status, 302);
    world.clock.advance(300);
    let answer = world.get(URL).await;
    assert!(answer.location().contains("credential=1&"), "{}", answer.location());
    assert!(answer.location().contains("life=240&"), "{}", answer.location());
}

#[tokio::test]
async fn a_link_that_would_be_dead_soon_is_never_handed_out() {
    let world = world("lives: [150]", "min_ttl: 2m", "1h").await;
    let answer = world.get(URL).await;
    assert_eq!((answer.status, answer.location()), (503, ""));
    assert!(answer.body.contains("unavailable"), "{}", answer.body);
}

#[tokio::test]
async fn a_token_service_that_is_down_is_an_outage_until_it_is_back() {
    let world = world("lives: [0, 3600]", "min_ttl: 2m", "15m").await;
    assert_eq!(world.admin("/livez").await.0, 200);
    let down = world.get(URL).await;
    assert_eq!((down.status, down.location()), (503, ""));
    assert!(!down.header("retry-after").is_empty());
    let (status, ready) = world.admin("/readyz").await;
    assert!(status == 503 && ready.contains("the token service is down"), "{status} {ready}");
    world.clock.advance(1);
    assert_eq!(world.get(URL).await.status, 302);
    assert_eq!(world.admin("/readyz").await.0, 200);
    let attempts = world.metrics("presign_credential_refresh_total");
    assert!(attempts.contains(&r#"presign_credential_refresh_total{backend="lease",outcome="unavailable"} 1"#.into()));
    assert!(attempts.contains(&r#"presign_credential_refresh_total{backend="lease",outcome="refreshed"} 1"#.into()));
}

#[tokio::test]
async fn a_token_service_that_refuses_is_for_the_operator_to_mend() {
    let world = world("lives: [-1]", "min_ttl: 2m", "15m").await;
    let answer = world.get(URL).await;
    assert_eq!((answer.status, answer.location()), (502, ""));
    assert!(answer.body.contains("backend_credentials"), "{}", answer.body);
    assert!(!answer.body.contains("the role"), "callers are told no details: {}", answer.body);
}

#[tokio::test]
async fn an_old_credential_serves_until_its_end_and_not_longer() {
    let world = world("lives: [3600, 0, 0, 0]", "min_ttl: 2m", "15m").await;
    assert_eq!(world.get(URL).await.status, 302);
    world.clock.advance(3400);
    assert_eq!(world.get(URL).await.header("x-presign-expires"), "2027-01-15T08:59:00Z");
    let (status, ready) = world.admin("/readyz").await;
    assert!(status == 200 && ready.contains("degraded") && ready.contains("09:00:00Z"), "{status} {ready}");
    world.clock.advance(200);
    let failures = || world.metrics(r#"presign_sign_failures_total{backend="lease",cause="unavailable"}"#);
    let before = failures();
    let answer = world.get(URL).await;
    assert_eq!((answer.status, answer.location()), (503, ""));
    assert_ne!(failures(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_first_requests_make_one_call() {
    let world = Arc::new(world("lives: [3600]", "min_ttl: 2m", "15m").await);
    let answers = join_all((0..1000).map(|_| world.get(URL))).await;
    assert!(answers.iter().all(|answer| answer.location().contains("credential=1&")));
    let refreshed = world.metrics(r#"presign_credential_refresh_total{backend="lease",outcome="refreshed"}"#);
    assert_eq!(refreshed, [r#"presign_credential_refresh_total{backend="lease",outcome="refreshed"} 1"#]);
}

#[tokio::test]
async fn credentials_are_fetched_before_anybody_asks() {
    let world = world("lives: [3600], ahead: true", "min_ttl: 2m", "15m").await;
    while world.admin("/readyz").await.0 != 200 {
        tokio::task::yield_now().await;
    }
    world.admin("/metrics").await;
    let ends = world.metrics("presign_credential_expires_timestamp_seconds");
    assert_eq!(ends, [r#"presign_credential_expires_timestamp_seconds{backend="lease"} 1800003600"#]);
}

#[tokio::test]
async fn a_backend_has_the_last_word_on_how_long_its_links_live() {
    let world = world("lives: [36000], max_ttl: 5m", "min_ttl: 2m", "1h").await;
    let json: Value = serde_json::from_str(&world.get("/?url=s3://b/k&format=json").await.body).unwrap();
    assert_eq!((&json["bound"], &json["expires_at"]), (&"backend".into(), &"2027-01-15T08:05:00Z".into()));
}
