//! Configurations that make no signer.

use std::fs;

use presign_core::Problem;
use presign_gcs::Config;
use serde_json::{Value, json};

use crate::{
    common::{build, get, hmac, location, service_account},
    google,
};

async fn problems(config: Value) -> Vec<Problem> {
    build(config).await.unwrap_err().problems
}

fn fields(problems: &[Problem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.field.as_str()).collect()
}

#[tokio::test]
async fn every_problem_is_reported_at_once() {
    let config = json!({
        "endpoint": "storage.example/path",
        "universe_domain": "nowhere",
        "buckets": ["ok", "b["],
        "bound_host": "cdn.example.com",
        "credentials": {"source": "hmac", "access_key": {"env": "NONE"}, "secret_key": {"env": "NONE"}},
    });
    let expected =
        ["credentials.access_key", "credentials.secret_key", "universe_domain", "endpoint", "buckets[1]", "bound_host"];
    assert_eq!(fields(&problems(config).await), expected);
}

#[tokio::test]
async fn a_bound_host_stands_for_one_bucket() {
    for buckets in [json!([]), json!(["a", "b"]), json!(["a*"])] {
        let config = json!({
            "url_style": "bucket_bound", "bound_host": "cdn.example.com", "buckets": buckets, "credentials": hmac(),
        });
        assert_eq!(fields(&problems(config).await), ["buckets"]);
    }
    let config = json!({"url_style": "bucket_bound", "buckets": ["a"], "credentials": hmac()});
    assert_eq!(fields(&problems(config).await), ["bound_host"]);
    let config = json!({"url_style": "virtual_hosted", "bound_host": "cdn.example.com", "credentials": hmac()});
    assert_eq!(fields(&problems(config).await), ["bound_host"]);
}

#[tokio::test]
async fn a_key_file_that_cannot_be_read_is_named() {
    let config = json!({"credentials": {"source": "service_account", "key_file": "/nowhere/key.json"}});
    let problems = problems(config).await;
    assert_eq!(fields(&problems), ["credentials.key_file"]);
    assert!(problems[0].message.contains("/nowhere/key.json"), "{}", problems[0].message);
}

#[tokio::test]
async fn a_file_that_is_no_key_file_is_refused() {
    // Google's vectors are JSON, and no key file.
    let config = json!({"credentials": {"source": "service_account", "key_file": google::file("v4_signatures.json")}});
    let problems = problems(config).await;
    assert!(problems[0].message.contains("'type'"), "{}", problems[0].message);
}

#[tokio::test]
async fn the_key_file_s_universe_counts_and_must_not_contradict_the_configuration() {
    let mut file: Value = serde_json::from_str(&fs::read_to_string(google::key_file()).unwrap()).unwrap();
    file["universe_domain"] = json!("universe.example");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key.json");
    fs::write(&path, file.to_string()).unwrap();
    let credentials = json!({"source": "service_account", "key_file": path});
    let signer = build(json!({"credentials": credentials})).await.unwrap();
    assert!(get(&signer, &location("data", "k")).await.starts_with("https://storage.universe.example/data/k?"));
    let config = json!({"universe_domain": "other.example", "credentials": credentials});
    assert_eq!(fields(&problems(config).await), ["universe_domain"]);
}

#[test]
fn an_unknown_field_or_an_inline_secret_is_refused_and_not_repeated() {
    for (config, says) in [
        (json!({"bucket": [], "credentials": service_account()}), "unknown field"),
        (json!({"credentials": {"source": "magic"}}), "unknown variant"),
        (json!({"credentials": {"source": "hmac", "access_key": "a", "secret_key": "hunter2"}}), "{env: NAME}"),
        (json!({"credentials": {"source": "service_account", "key_file": "f", "key": "hunter2"}}), "unknown field"),
        (json!({"url_style": "sideways", "credentials": service_account()}), "unknown variant"),
    ] {
        let error = serde_json::from_value::<Config>(config).unwrap_err().to_string();
        assert!(error.contains(says) && !error.contains("hunter2"), "{error}");
    }
}
