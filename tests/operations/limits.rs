//! Limits: how much is taken of one user, of all, and at once.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use presign_core::{Clock, Timestamp};
use presign_gateway::{config::LimitsConfig, limits::Limits, metrics::Metrics, refusal::Refusal};
use serde_json::json;

use crate::program::Program;

/// A clock whose monotonic time a test moves.
#[derive(Debug, Default)]
struct Moved(AtomicU64);

impl Clock for Moved {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(0)
    }

    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }
}

fn limits(config: &serde_json::Value) -> (Limits, Arc<Moved>) {
    let config: LimitsConfig = serde_json::from_value(config.clone()).unwrap();
    let clock = Arc::new(Moved::default());
    let limits = Limits::new(&config, &(Arc::clone(&clock) as Arc<dyn Clock>), Metrics::new().unwrap().limits());
    (limits, clock)
}

#[test]
fn a_user_gets_a_burst_and_then_a_rate_and_no_other_user_notices() {
    let (limits, clock) = limits(&json!({"user_rate_limit": {"per_second": 2, "burst": 5}}));
    for _ in 0..5 {
        limits.admit_user("alice").unwrap();
    }
    assert_eq!(limits.admit_user("alice"), Err(Refusal::RateLimited(Duration::from_millis(500))));
    limits.admit_user("bob").unwrap();
    clock.0.fetch_add(500, Ordering::SeqCst);
    limits.admit_user("alice").unwrap();
    assert!(limits.admit_user("alice").is_err());
    clock.0.fetch_add(60_000, Ordering::SeqCst);
    assert_eq!(
        (0..9).filter(|_| limits.admit_user("alice").is_ok()).count(),
        5,
        "no more than the burst after a pause"
    );
}

#[test]
fn all_callers_share_one_rate() {
    let (limits, clock) = limits(&json!({"rate_limit": {"per_second": 3}}));
    assert_eq!((0..9).filter(|_| limits.admit().is_ok()).count(), 3);
    clock.0.fetch_add(1000, Ordering::SeqCst);
    assert_eq!((0..9).filter(|_| limits.admit().is_ok()).count(), 3);
}

#[test]
fn places_are_free_again_when_requests_end() {
    let (limits, _) = limits(&json!({"max_requests": 2}));
    let (first, second) = (limits.enter().unwrap(), limits.enter().unwrap());
    assert!(matches!(limits.enter(), Err(Refusal::Unavailable { retry_after: Some(_), .. })));
    assert_eq!(limits.requests(), 2, "who was turned away takes no place");
    drop(first);
    let _third = limits.enter().unwrap();
    drop(second);
    assert_eq!(limits.requests(), 1);
}

const CONFIG: &str = "
auth: {provider: static, static: {tokens: [{token: {file: FOLDER/alice}, user: alice}, {token: {file: FOLDER/bob}, user: bob}]}}
backends:
  aws: {type: s3, region: eu-west-1, credentials: {source: static, access_key: AKIATEST, secret_key: {file: FOLDER/alice}}}
rules: [{name: all, match: {glob: 's3://**'}, backend: aws}]
server: {limits: {user_rate_limit: {per_second: 1, burst: 3}}}
";

#[tokio::test]
async fn who_asks_for_too_much_is_told_when_to_come_back_and_a_list_is_as_many_requests_as_it_has_items() {
    let program = Program::start(&[("gateway.yaml", CONFIG), ("alice", "alice-token"), ("bob", "bob-token")]);
    let items: Vec<_> = (0..40).map(|number| json!({"url": format!("s3://bbb/{number}")})).collect();
    let answers = program.post(&json!(items).to_string(), "alice-token").await;
    let refused: Vec<_> = answers.as_array().unwrap().iter().filter(|answer| answer.get("error").is_some()).collect();
    assert!(refused.len() >= 30, "{}", refused.len());
    assert_eq!((&refused[0]["error"]["code"], &refused[0]["error"]["status"]), (&"rate_limited".into(), &429.into()));
    assert!(program.link("s3://bbb/k", "bob-token").await.is_some());
    let metrics = program.admin("/metrics").await;
    assert!(metrics.contains(&format!("presign_limited_total{{limit=\"user_rate\"}} {}", refused.len())), "{metrics}");

    let one = CONFIG.replace("{per_second: 1, burst: 3}", "{per_second: 1, burst: 1}").replace("user_rate", "rate");
    program.replace("gateway.yaml", &one);
    program.generation(2).await;
    let mut statuses = Vec::new();
    for _ in 0..20 {
        let answer = program.ask("/?url=s3://bbb/k", "bob-token").await;
        if answer.status() == 429 {
            assert_eq!(answer.headers()["retry-after"], "1");
        }
        statuses.push(answer.status().as_u16());
    }
    assert!(statuses.contains(&302) && statuses.contains(&429), "{statuses:?}");
}
