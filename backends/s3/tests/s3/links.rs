//! What links look like.

use presign_core::{Operation, ResponseOverrides, SignError, SignRequest, Signer, encode};
use proptest::prelude::*;
use serde_json::json;

use crate::common::{
    TOKEN, at, build, link, noon, overrides, seconds, static_credentials, temporary_credentials, try_link,
};

/// Runs what the property tests need of a runtime: building a signer waits for nothing.
fn built(config: serde_json::Value) -> presign_s3::S3Signer {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(build(config)).unwrap()
}

#[tokio::test]
async fn the_public_endpoint_is_what_links_name_and_what_is_signed() {
    let config = json!({"region": "us-east-1", "endpoint": "http://minio:9000", "public_endpoint": "https://MinIO.example:443/"});
    let signer = build(config).await.unwrap();
    let location = at(Some("minio:9000"), "bucket", "k");
    assert!(link(&signer, &location).starts_with("https://minio.example/bucket/k?X-Amz-Algorithm="));
    let explained = signer.string_to_sign(&SignRequest::new(Operation::Get, &location, noon(), seconds(60))).unwrap();
    assert!(explained.contains("\nhost:minio.example\n"), "{explained}");
}

#[tokio::test]
async fn a_link_for_the_gateway_itself_leads_to_the_endpoint_that_the_gateway_reaches() {
    let config =
        json!({"region": "us-east-1", "endpoint": "http://minio:9000", "public_endpoint": "https://minio.example"});
    let signer = build(config).await.unwrap();
    let location = at(Some("minio.example"), "bucket", "k");
    let request = SignRequest::new(Operation::Head, &location, noon(), seconds(60)).for_gateway();
    let link = signer.sign_now(&request).unwrap().unwrap();
    assert!(link.expose().starts_with("http://minio:9000/bucket/k?"));
    assert!(signer.string_to_sign(&request).unwrap().contains("\nhost:minio:9000\n"));
}

#[tokio::test]
async fn an_accelerated_host_refuses_a_bucket_that_cannot_stand_in_front_of_it() {
    let signer = build(json!({"region": "us-east-1", "accelerate": true})).await.unwrap();
    assert!(link(&signer, &at(None, "data", "k")).starts_with("https://data.s3-accelerate.amazonaws.com/k?"));
    let refused = try_link(&signer, &at(None, "my.data", "k")).unwrap_err();
    assert!(matches!(refused, SignError::NotServed(_)), "{refused}");
}

#[tokio::test]
async fn head_is_signed_as_head() {
    let signer = build(json!({"region": "us-east-1"})).await.unwrap();
    let location = at(None, "data", "k");
    let link_for = |operation| {
        let request = SignRequest::new(operation, &location, noon(), seconds(60));
        signer.sign_now(&request).unwrap().unwrap().into_exposed()
    };
    let links = Operation::ALL.map(link_for);
    for (index, one) in links.iter().enumerate() {
        assert!(links.iter().skip(index + 1).all(|other| other != one), "{one}");
    }
}

#[tokio::test]
async fn an_explanation_shows_the_canonical_request_and_neither_secret_nor_token_nor_signature() {
    let signer = build(json!({"region": "us-east-1", "credentials": temporary_credentials()})).await.unwrap();
    let (location, overrides) = (at(None, "data", "a b"), overrides());
    let request = SignRequest::new(Operation::Get, &location, noon(), seconds(60)).with_overrides(&overrides);
    let explained = signer.string_to_sign(&request).unwrap();
    let expected = "AWS4-HMAC-SHA256\n20260102T120000Z\n20260102/us-east-1/s3/aws4_request\n";
    assert!(explained.starts_with(expected), "{explained}");
    assert!(explained.contains("\n\nGET\n/a%20b\nX-Amz-Algorithm=AWS4-HMAC-SHA256&"), "{explained}");
    assert!(explained.contains("&X-Amz-Security-Token=<redacted>&"), "{explained}");
    let url = signer.sign_now(&request).unwrap().unwrap().into_exposed();
    let (_, signature) = url.rsplit_once('=').unwrap();
    for hidden in [signature, TOKEN, &encode::query(TOKEN), "wJalrXUtnFEMI"] {
        assert!(!explained.contains(hidden), "{explained}");
    }
}

#[tokio::test]
async fn what_cannot_be_signed_is_not_explained() {
    let signer = build(json!({"region": "us-east-1", "buckets": ["data"]})).await.unwrap();
    let location = at(None, "other", "k");
    assert_eq!(signer.string_to_sign(&SignRequest::new(Operation::Get, &location, noon(), seconds(60))), None);
}

#[tokio::test]
async fn a_credential_whose_end_is_unknown_has_none() {
    let signer = build(json!({"region": "us-east-1", "credentials": static_credentials()})).await.unwrap();
    assert_eq!(signer.credential(), Some(presign_core::CredentialInfo::PERMANENT));
}

proptest! {
    #[test]
    fn a_link_s_path_decodes_to_bucket_and_key(key in "[^\\x00-\\x1f\\x7f]{1,200}", text in any::<String>()) {
        prop_assume!(presign_core::ObjectKey::parse(key.as_str()).is_ok());
        let signer = built(json!({"region": "us-east-1", "endpoint": "http://minio:9000"}));
        let overrides = ResponseOverrides { content_disposition: Some(text.clone()), ..ResponseOverrides::default() };
        let location = at(None, "bucket", &key);
        let request = SignRequest::new(Operation::Get, &location, noon(), seconds(60)).with_overrides(&overrides);
        let url = signer.sign_now(&request).unwrap().unwrap().into_exposed();
        prop_assert!(url.is_ascii());
        let (path, query) = url.strip_prefix("http://minio:9000").unwrap().split_once('?').unwrap();
        prop_assert_eq!(encode::decode(path), Some(format!("/bucket/{key}")));
        let disposition = query.split('&').find_map(|pair| pair.strip_prefix("response-content-disposition="));
        prop_assert_eq!(disposition.and_then(encode::decode), Some(text));
    }

    #[test]
    fn a_bucket_in_the_host_is_the_bucket(bucket in "[a-zA-Z0-9._$:-]{1,70}", key in "[a-z/ %]{1,20}") {
        prop_assume!(presign_core::ObjectKey::parse(key.as_str()).is_ok());
        prop_assume!(!matches!(bucket.as_str(), "." | ".."));
        let signer = built(json!({"region": "eu-west-1"}));
        let url = link(&signer, &at(None, &bucket, &key));
        let (host, rest) = url.strip_prefix("https://").unwrap().split_once('/').unwrap();
        let path = encode::decode(rest.split('?').next().unwrap()).unwrap();
        let (found_bucket, found_key) = match host.strip_suffix(".s3.eu-west-1.amazonaws.com") {
            Some(label) => (label, path.as_str()),
            None => path.split_once('/').unwrap(),
        };
        prop_assert!(host.ends_with("s3.eu-west-1.amazonaws.com"));
        prop_assert_eq!((found_bucket, found_key), (bucket.as_str(), key.as_str()));
    }
}
