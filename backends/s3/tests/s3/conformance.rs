//! The suite that every signer passes.

use std::sync::Arc;

use presign_core::{Backend, ObjectLocation, Scheme};
use presign_s3::S3;
use presign_testkit::Suite;
use serde_json::{Value, json};

use crate::common::{SECRET_KEY, TOKEN, at, build, temporary_credentials};

async fn run(config: Value, endpoint: Option<&'static str>, bucket: &'static str, host: &str) {
    let signer = Arc::new(build(config).await.unwrap());
    Suite::new(signer, move |key| ObjectLocation::new(Scheme::S3, endpoint.map(str::to_owned), bucket, key).unwrap())
        .operations(S3::OPERATIONS)
        .hosts([host])
        .secrets([SECRET_KEY])
        .tokens([TOKEN])
        .foreign([at(Some("evil.example"), bucket, "k"), at(Some("minio:9001"), bucket, "k")])
        .run()
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn aws_passes() {
    let config = json!({"region": "eu-west-1", "credentials": temporary_credentials(), "buckets": ["ml-artifacts"]});
    run(config, None, "ml-artifacts", "ml-artifacts.s3.eu-west-1.amazonaws.com").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn aws_in_path_style_passes() {
    let config = json!({"region": "cn-north-1", "addressing_style": "path", "buckets": ["ml-artifacts"]});
    run(config, None, "ml-artifacts", "s3.cn-north-1.amazonaws.com.cn").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_with_its_own_endpoint_passes() {
    let config =
        json!({"region": "us-east-1", "endpoint": "http://minio:9000", "public_endpoint": "https://minio.example"});
    run(config, Some("minio:9000"), "My.Bucket", "minio.example").await;
}
