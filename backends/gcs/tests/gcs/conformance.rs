//! The contract that every signer keeps.

use std::{fs, sync::Arc};

use presign_core::{Backend, ObjectLocation, Scheme};
use presign_gcs::{Gcs, GcsSigner};
use presign_testkit::Suite;
use serde_json::{Value, json};

use crate::{
    common::{SECRET_KEY, location, with_hmac, with_service_account},
    google,
};

fn suite(signer: GcsSigner) -> Suite {
    Suite::new(Arc::new(signer), |key| ObjectLocation::new(Scheme::Gs, None, "data", key).unwrap())
        .operations(Gcs::OPERATIONS)
}

/// Google cannot override `Cache-Control`, so the two requests that ask for it are refused; all else has to hold.
async fn assert_kept(suite: Suite) {
    let violations = suite.violations().await;
    let (cache_control, others): (Vec<_>, Vec<_>) =
        violations.iter().partition(|sentence| sentence.contains("cannot override Cache-Control"));
    assert_eq!(others, [""; 0]);
    assert_eq!(cache_control.len(), 2, "{cache_control:?}");
}

/// A line from the middle of the private key.
fn part_of_the_private_key() -> String {
    let file: Value = serde_json::from_str(&fs::read_to_string(google::key_file()).unwrap()).unwrap();
    file["private_key"].as_str().unwrap().lines().nth(5).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_account_keeps_the_contract() {
    let signer = with_service_account(json!({})).await;
    let suite = suite(signer).hosts(["storage.googleapis.com"]).secrets([part_of_the_private_key()]);
    assert_kept(suite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_hmac_key_keeps_the_contract() {
    let signer = with_hmac(json!({"endpoint": "http://127.0.0.1:8080"})).await;
    assert_kept(suite(signer).hosts(["127.0.0.1:8080"]).secrets([SECRET_KEY])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_virtual_hosted_bucket_keeps_the_contract() {
    let signer = with_hmac(json!({"url_style": "virtual_hosted", "buckets": ["data"]})).await;
    let suite = suite(signer).hosts(["data.storage.googleapis.com"]).foreign([location("other", "k")]);
    assert_kept(suite.secrets([SECRET_KEY])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bound_host_keeps_the_contract() {
    let config = json!({"url_style": "bucket_bound", "bound_host": "cdn.example.com", "buckets": ["data"]});
    let suite = suite(with_hmac(config).await).hosts(["cdn.example.com"]).foreign([location("other", "k")]);
    assert_kept(suite.secrets([SECRET_KEY])).await;
}
