//! What links are like.

use presign_core::{
    Endpoint, ObjectKey, ObjectLocation, Operation, ResponseOverrides, Scheme, SignError, SignRequest, Signer, encode,
};
use proptest::prelude::*;
use serde_json::json;

use crate::common::{SECRET_KEY, build, get, hmac, hour, location, noon, sign, with_hmac, with_service_account};

fn located(endpoint: Option<&str>, bucket: &str) -> ObjectLocation {
    let key = ObjectKey::parse("k").unwrap();
    ObjectLocation::new(Scheme::Gs, endpoint.map(str::to_owned), bucket, key).unwrap()
}

#[tokio::test]
async fn a_service_account_never_signs_on_the_caller_s_thread_and_an_hmac_key_always_does() {
    let location = location("data", "k");
    let request = SignRequest::new(Operation::Get, &location, noon(), hour());
    assert!(with_service_account(json!({})).await.sign_now(&request).is_none());
    let signer = with_hmac(json!({})).await;
    let now = signer.sign_now(&request).unwrap().unwrap();
    assert_eq!(now.expose(), get(&signer, &location).await);
}

#[tokio::test]
async fn a_refusal_needs_no_waiting_with_any_credential() {
    let config = json!({"buckets": ["data"]});
    for signer in [with_service_account(config.clone()).await, with_hmac(config).await] {
        let location = location("other", "k");
        let request = SignRequest::new(Operation::Get, &location, noon(), hour());
        assert!(matches!(signer.sign_now(&request), Some(Err(SignError::NotServed(_)))));
        assert!(matches!(signer.sign(&request).await, Err(SignError::NotServed(_))));
    }
}

#[tokio::test]
async fn the_user_stands_in_the_signature_under_google_s_name_for_audit_information() {
    let signer = with_hmac(json!({})).await;
    assert!(signer.attributes());
    let location = location("data", "k");
    let request = SignRequest::new(Operation::Get, &location, noon(), hour());
    let url = async |user| signer.sign(&request.clone().attributed_to(user)).await.unwrap().into_exposed();
    let (nobody, alice, bob) = (url(None).await, url(Some("alice")).await, url(Some("bob")).await);
    assert!(alice.contains("X-Goog-Custom-Audit-clearml-user=alice&"), "{alice}");
    let signature = |url: &str| url.split_once("X-Goog-Signature=").unwrap().1.to_owned();
    assert_ne!(signature(&alice), signature(&bob));
    assert_ne!(signature(&alice), signature(&nobody));
    let long = url(Some(&"ü".repeat(2000))).await;
    assert!(long.contains(&format!("clearml-user={}&", "%C3%BC".repeat(1200))));
}

#[tokio::test]
async fn the_method_is_part_of_the_signature() {
    let signer = with_hmac(json!({})).await;
    let location = location("data", "k");
    let mut links = Vec::new();
    for operation in Operation::ALL {
        links.push(sign(&signer, operation, &location, ResponseOverrides::NONE).await.unwrap().into_exposed());
    }
    links.dedup();
    assert_eq!(links.len(), Operation::ALL.len());
}

#[tokio::test]
async fn an_override_is_signed_or_refused_and_never_dropped() {
    let signer = with_hmac(json!({})).await;
    let location = location("data", "k");
    let overrides = ResponseOverrides {
        content_disposition: Some("attachment; filename=\"a b.txt\"".into()),
        content_type: Some("text/plain".into()),
        cache_control: None,
    };
    let link = sign(&signer, Operation::Get, &location, &overrides).await.unwrap().into_exposed();
    assert!(link.contains("&response-content-disposition=attachment%3B%20filename%3D%22a%20b.txt%22&"), "{link}");
    assert!(link.contains("&response-content-type=text%2Fplain&"), "{link}");
    let overrides = ResponseOverrides { cache_control: Some("no-store".into()), ..overrides };
    let refused = sign(&signer, Operation::Get, &location, &overrides).await.unwrap_err();
    assert!(refused.to_string().contains("Cache-Control"), "{refused}");
}

#[tokio::test]
async fn gs_urls_and_the_configured_endpoint_are_claimed() {
    let signer = with_hmac(json!({"endpoint": "https://Storage.private.example:8443"})).await;
    assert!(signer.claims(&located(None, "data")));
    assert!(signer.claims(&located(Some("storage.private.example:8443"), "data")));
    assert!(!signer.claims(&located(Some("storage.private.example"), "data")));
    assert!(!signer.claims(&located(Some("storage.googleapis.com"), "data")), "a provider's URL has no endpoint");
    let elsewhere = ObjectLocation::new(Scheme::S3, None, "data", ObjectKey::parse("k").unwrap()).unwrap();
    assert!(!signer.claims(&elsewhere));
    let refused = sign(&signer, Operation::Get, &elsewhere, ResponseOverrides::NONE).await;
    assert!(matches!(refused, Err(SignError::NotServed(_))));
}

#[tokio::test]
async fn https_urls_of_google_are_read_in_google_s_own_cloud_only() {
    let provider = |host: &str| Endpoint::provider(Scheme::Gs, host);
    let google = [provider("storage.googleapis.com"), provider("storage.cloud.google.com")];
    assert_eq!(with_hmac(json!({})).await.endpoints(), google);
    let sovereign = with_hmac(json!({"universe_domain": "universe.example"})).await;
    assert_eq!(sovereign.endpoints(), [provider("storage.universe.example")]);
    let own = with_hmac(json!({"endpoint": "http://127.0.0.1:8080"})).await;
    assert_eq!(own.endpoints()[2..], [Endpoint::path(Scheme::Gs, "127.0.0.1:8080")]);
}

#[tokio::test]
async fn only_the_configured_buckets_are_signed_for() {
    let signer = with_hmac(json!({"buckets": ["data", "team-*"]})).await;
    for (bucket, served) in [("data", true), ("team-a", true), ("data-private", false), ("my-data", false)] {
        assert_eq!(signer.claims(&location(bucket, "k")), served, "{bucket}");
        let link = sign(&signer, Operation::Get, &location(bucket, "k"), ResponseOverrides::NONE).await;
        assert_eq!(link.is_ok(), served, "{bucket}");
    }
}

#[tokio::test]
async fn neither_debug_nor_an_error_shows_a_key_or_a_signature() {
    for signer in [with_service_account(json!({})).await, with_hmac(json!({})).await] {
        let link = sign(&signer, Operation::Get, &location("data", "k"), ResponseOverrides::NONE).await.unwrap();
        let signature = link.expose().split_once("X-Goog-Signature=").unwrap().1;
        let error = sign(&signer, Operation::Get, &located(Some("other"), "data"), ResponseOverrides::NONE).await;
        let request_location = location("data", "k");
        let request = SignRequest::new(Operation::Get, &request_location, noon(), hour());
        let explained = signer.string_to_sign(&request).unwrap();
        for shown in [format!("{signer:?}"), format!("{link:?}"), format!("{:?}", error.unwrap_err()), explained] {
            assert!(!shown.contains(signature) && !shown.contains(SECRET_KEY) && !shown.contains("PRIVATE"), "{shown}");
        }
    }
}

#[tokio::test]
async fn what_is_explained_is_what_is_signed() {
    let signer = with_hmac(json!({})).await;
    let location = location("data", "a b");
    let request = SignRequest::new(Operation::Head, &location, noon(), hour());
    let explained = signer.string_to_sign(&request).unwrap();
    assert!(explained.starts_with("GOOG4-HMAC-SHA256\n20240301T120000Z\n20240301/auto/storage/goog4_request\n"));
    assert!(explained.contains("\n\nHEAD\n/data/a%20b\nX-Goog-Algorithm="), "{explained}");
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_signatures_are_the_same_as_one_by_one() {
    let signer = std::sync::Arc::new(with_service_account(json!({})).await);
    let expected = get(&signer, &location("data", "k")).await;
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let signer = std::sync::Arc::clone(&signer);
            tokio::spawn(async move { get(&signer, &location("data", "k")).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), expected);
    }
}

proptest! {
    #[test]
    fn the_path_of_a_link_decodes_once_to_the_key_that_was_signed(
        key in "\\PC{1,80}".prop_filter_map("a key", |text| ObjectKey::parse(text).ok()),
        style in prop_oneof![Just("path"), Just("virtual_hosted"), Just("bucket_bound")],
    ) {
        let bound = (style == "bucket_bound").then_some("cdn.example.com");
        let config = json!({"url_style": style, "bound_host": bound, "buckets": ["data"], "credentials": hmac()});
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let signer = runtime.block_on(build(config)).unwrap();
        let url = runtime.block_on(get(&signer, &location("data", key.as_str())));
        let start = match style {
            "path" => "https://storage.googleapis.com/data/",
            "virtual_hosted" => "https://data.storage.googleapis.com/",
            _ => "https://cdn.example.com/",
        };
        let path = url.split_once('?').unwrap().0.strip_prefix(start).unwrap();
        prop_assert!(url.is_ascii());
        prop_assert_eq!(encode::decode(path), Some(key.as_str().to_owned()));
    }

    #[test]
    fn no_user_s_name_breaks_out_of_its_parameter(user in "(\\PC|[&=%+?#\n\r\0]){0,40}") {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let signer = runtime.block_on(with_hmac(json!({})));
        let location = location("data", "k");
        let request = SignRequest::new(Operation::Get, &location, noon(), hour()).attributed_to(Some(&user));
        let url = signer.sign_now(&request).unwrap().unwrap().into_exposed();
        let pairs: Vec<_> = url.split_once('?').unwrap().1.split('&').map(|pair| pair.split_once('=').unwrap()).collect();
        prop_assert_eq!(pairs.len(), 7);
        let given = pairs.iter().find(|(name, _)| *name == "X-Goog-Custom-Audit-clearml-user").unwrap().1;
        prop_assert_eq!(encode::decode(given), Some(user));
    }
}
