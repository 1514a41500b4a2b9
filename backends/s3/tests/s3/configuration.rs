//! What a configuration may say, and what it says about itself when it is wrong.

use presign_core::{Backend, Endpoint, Operation, Scheme, Signer};
use presign_s3::{Config, S3};
use serde_json::{Value, json};

use crate::common::{
    SECRET_KEY, TOKEN, at, build, build_in, link, problems, static_credentials, temporary_credentials,
};

fn read(config: Value) -> Result<Config, String> {
    serde_json::from_value(config).map_err(|error| error.to_string())
}

#[test]
fn the_kind_is_s3_and_signs_every_operation() {
    assert_eq!(S3::KIND, "s3");
    assert_eq!(S3::OPERATIONS, Operation::ALL);
}

#[test]
fn a_field_that_nobody_knows_is_refused_everywhere() {
    let region = "eu-west-1";
    for credentials in [
        json!({"source": "static", "access_key": "A", "secret_key": {"env": "S"}, "sesion_token": {"env": "T"}}),
        json!({"source": "env", "profile": "x"}),
        json!({"source": "profile", "name": "x"}),
        json!({"source": "imds", "token": "x"}),
        json!({"source": "default", "profile": "x"}),
        json!({"source": "web_identity", "role": "x"}),
        json!({"source": "assume_role", "role_arn": "arn:x", "base": {"source": "env", "profile": "x"}}),
        json!({"source": "assume_role", "role_arn": "arn:x", "session_policy": {"prefix": "x"}}),
        json!({"access_key": "A", "secret_key": {"env": "S"}}),
    ] {
        assert!(read(json!({"region": region, "credentials": credentials})).is_err(), "{credentials}");
    }
    let error = read(json!({"region": region, "acelerate": true, "credentials": static_credentials()})).unwrap_err();
    assert!(error.contains("acelerate"), "{error}");
}

#[test]
fn an_inline_secret_is_refused_and_not_repeated() {
    let credentials = json!({"source": "static", "access_key": "A", "secret_key": "hunter2"});
    let error = read(json!({"region": "eu-west-1", "credentials": credentials})).unwrap_err();
    assert!(error.contains("{env: NAME}") && !error.contains("hunter2"), "{error}");
}

#[tokio::test]
async fn every_problem_is_named_at_once_with_its_field() {
    let found = problems(json!({
        "region": "Ireland",
        "fips": true,
        "accelerate": true,
        "addressing_style": "path",
        "buckets": ["a["],
        "credentials": {"source": "static", "access_key": "a key", "secret_key": {"env": "NONE"}},
    }))
    .await;
    let fields: Vec<_> = found.iter().map(|problem| problem.split(':').next().unwrap()).collect();
    let expected =
        ["buckets[0]", "region", "accelerate", "accelerate", "credentials.access_key", "credentials.secret_key"];
    assert_eq!(fields, expected, "{found:#?}");
}

#[tokio::test]
async fn what_aws_does_not_have_is_refused_with_the_field() {
    for (config, field) in [
        (json!({"region": "eu-west-1", "accelerate": true, "fips": true}), "accelerate"),
        (json!({"region": "eu-west-1", "accelerate": true, "addressing_style": "path"}), "accelerate"),
        (json!({"region": "cn-north-1", "accelerate": true}), "accelerate"),
        (json!({"region": "cn-north-1", "fips": true}), "fips"),
        (json!({"region": "EU"}), "region"),
        (json!({"region": "us-east-1", "endpoint": "http://minio:9000", "dualstack": true}), "dualstack"),
        (json!({"region": "us-east-1", "endpoint": "http://minio:9000", "fips": true}), "fips"),
        (json!({"region": "us-east-1", "public_endpoint": "https://minio", "accelerate": true}), "accelerate"),
        (json!({"region": "a/b", "endpoint": "http://minio:9000"}), "region"),
        (json!({"region": "us-east-1", "endpoint": "minio:9000"}), "endpoint"),
        (
            json!({"region": "us-east-1", "endpoint": "http://minio:9000", "public_endpoint": "https://m/path"}),
            "public_endpoint",
        ),
        (
            json!({"region": "us-east-1", "endpoint": "http://10.0.0.1", "addressing_style": "virtual"}),
            "addressing_style",
        ),
    ] {
        let found = problems(config.clone()).await;
        assert!(matches!(found.as_slice(), [one] if one.starts_with(&format!("{field}: "))), "{config}: {found:?}");
    }
}

#[tokio::test]
async fn credentials_come_from_the_environment_of_the_context() {
    let config = || json!({"region": "us-east-1", "credentials": {"source": "env"}});
    let complete = [("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_SESSION_TOKEN", "t/t")];
    let url = link(&build_in(config(), complete).await.unwrap(), &at(None, "bucket", "k"));
    assert!(url.contains("X-Amz-Credential=AKIDENV%2F") && url.contains("X-Amz-Security-Token=t%2Ft&"), "{url}");

    let without_token = [("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_SESSION_TOKEN", "")];
    let url = link(&build_in(config(), without_token).await.unwrap(), &at(None, "bucket", "k"));
    assert!(!url.contains("X-Amz-Security-Token"), "{url}");

    let error = build_in(config(), []).await.unwrap_err().to_string();
    assert!(error.contains("AWS_ACCESS_KEY_ID is not set") && error.contains("AWS_SECRET_ACCESS_KEY is not set"));
}

#[tokio::test]
async fn a_session_token_is_part_of_the_signature() {
    let location = at(None, "bucket", "k");
    let plain = link(&build(json!({"region": "us-east-1"})).await.unwrap(), &location);
    let config = json!({"region": "us-east-1", "credentials": temporary_credentials()});
    let temporary = link(&build(config).await.unwrap(), &location);
    assert!(temporary.contains(&format!("&X-Amz-Security-Token={}&", presign_core::encode::query(TOKEN))));
    assert_ne!(plain.rsplit_once('=').unwrap().1, temporary.rsplit_once('=').unwrap().1);
}

#[tokio::test]
async fn an_empty_session_token_is_a_problem_and_not_dropped() {
    let config = json!({"region": "us-east-1", "credentials": temporary_credentials()});
    let error = build_in(config, [("SECRET", SECRET_KEY), ("TOKEN", "")]).await.unwrap_err();
    assert_eq!(error.to_string(), "credentials.session_token: the environment variable TOKEN is empty");
}

#[tokio::test]
async fn a_store_is_known_by_all_its_names() {
    let config =
        json!({"region": "us-east-1", "endpoint": "http://minio:9000", "public_endpoint": "https://minio.example"});
    let signer = build(config).await.unwrap();
    let names = ["minio", "minio.example", "minio.example:443", "minio:9000"];
    assert_eq!(signer.endpoints(), names.map(|name| Endpoint::path(Scheme::S3, name)));
    for endpoint in names.map(Some).into_iter().chain([None]) {
        assert!(signer.claims(&at(endpoint, "bucket", "k")), "{endpoint:?}");
    }
    for endpoint in ["minio:9001", "minio.example:80", "evil.example", "minio.example.evil.example", "s3.amazonaws.com"]
    {
        assert!(!signer.claims(&at(Some(endpoint), "bucket", "k")), "{endpoint}");
    }
}

#[tokio::test]
async fn aws_is_known_by_the_hosts_of_the_region() {
    let endpoints = build(json!({"region": "us-east-1"})).await.unwrap().endpoints();
    for host in ["s3.us-east-1.amazonaws.com", "s3.amazonaws.com", "s3.dualstack.us-east-1.amazonaws.com"] {
        assert!(endpoints.contains(&Endpoint::provider(Scheme::S3, host)), "{host}");
    }
    assert!(endpoints.iter().all(|endpoint| endpoint.location_endpoint().is_none()));
}

#[tokio::test]
async fn only_configured_buckets_are_served_whole_names_and_globs() {
    let signer = build(json!({"region": "eu-west-1", "buckets": ["data", "team-*"]})).await.unwrap();
    for (bucket, served) in [("data", true), ("team-a", true), ("data-private", false), ("other", false)] {
        let location = at(None, bucket, "k");
        assert_eq!(signer.claims(&location), served, "{bucket}");
        assert_eq!(crate::common::try_link(&signer, &location).is_ok(), served, "{bucket}");
    }
}
