//! Links with a service SAS of their own.

use crate::common::{at, build, field, hour, location, sign, split, with_account_key};
use presign_core::{
    Endpoint, ObjectKey, ObjectLocation, Operation, Readiness, ResponseOverrides, Scheme, SignError, SignRequest,
    Signer, encode,
};
use proptest::prelude::*;
use serde_json::json;

const HOST: &str = "mlstore.blob.core.windows.net";

async fn mlstore() -> presign_azure::AzureSigner {
    with_account_key(json!({"account": "mlstore"})).await
}

fn get(signer: &presign_azure::AzureSigner, location: &ObjectLocation) -> String {
    sign(signer, Operation::Get, location, ResponseOverrides::NONE).unwrap().into_exposed()
}

#[tokio::test]
async fn a_link_starts_fifteen_minutes_back_and_ends_with_its_life() {
    let signer = mlstore().await;
    let link = sign(&signer, Operation::Get, &location(HOST, "data", "a.txt"), ResponseOverrides::NONE).unwrap();
    assert_eq!(field(link.expose(), "st").as_deref(), Some("2024-03-01T11:45:00Z"));
    assert_eq!(field(link.expose(), "se").as_deref(), Some("2024-03-01T13:00:00Z"));
    assert_eq!(link.expires_at(), at("2024-03-01T13:00:00Z"));
}

#[tokio::test]
async fn each_operation_gets_its_permissions_and_no_more() {
    let signer = mlstore().await;
    let location = location(HOST, "data", "a.txt");
    for (operation, permissions) in
        [(Operation::Get, "r"), (Operation::Head, "r"), (Operation::Put, "cw"), (Operation::Delete, "d")]
    {
        let link = sign(&signer, operation, &location, ResponseOverrides::NONE).unwrap();
        assert_eq!(field(link.expose(), "sp").as_deref(), Some(permissions));
        let blob_type = [("x-ms-blob-type", "BlockBlob".to_owned())];
        assert_eq!(link.headers(), if operation == Operation::Put { &blob_type[..] } else { &[] });
    }
}

#[tokio::test]
async fn a_link_is_for_https_only_unless_the_endpoint_is_http() {
    let location = location("mlstore", "data", "a.txt");
    for (endpoint, public, protocol) in [
        ("https://mlstore.blob.core.windows.net", None, Some("https")),
        ("http://azurite:10000/mlstore", None, None),
        ("http://azurite:10000/mlstore", Some("https://blobs.example"), Some("https")),
        ("https://mlstore.blob.core.windows.net", Some("http://127.0.0.1:10000/mlstore"), None),
    ] {
        let config = json!({"account": "mlstore", "endpoint": endpoint, "public_endpoint": public});
        let url = get(&with_account_key(config).await, &location);
        assert_eq!(field(&url, "spr").as_deref(), protocol, "{endpoint} {public:?}");
        assert!(url.starts_with(public.unwrap_or(endpoint)), "{url}");
    }
}

#[tokio::test]
async fn a_link_for_the_gateway_itself_leads_to_the_endpoint_that_the_gateway_reaches() {
    let config = json!({
        "account": "mlstore", "endpoint": "http://azurite:10000/mlstore", "public_endpoint": "https://blobs.example",
    });
    let signer = with_account_key(config).await;
    let location = location("mlstore", "data", "a.txt");
    let request = SignRequest::new(Operation::Head, &location, at("2024-03-01T12:00:00Z"), hour()).for_gateway();
    let link = signer.sign_now(&request).unwrap().unwrap();
    assert!(link.expose().starts_with("http://azurite:10000/mlstore/data/a.txt?"));
    assert_eq!(field(link.expose(), "spr"), None);
}

#[tokio::test]
async fn the_account_s_path_stands_once_in_azurite_s_links_and_string_to_sign() {
    let config = json!({"account": "devstoreaccount1", "endpoint": "http://127.0.0.1:10000/devstoreaccount1"});
    let signer = with_account_key(config).await;
    let location = location("127.0.0.1:10000/devstoreaccount1", "data", "a b");
    assert!(get(&signer, &location).starts_with("http://127.0.0.1:10000/devstoreaccount1/data/a%20b?"));
    let request = SignRequest::new(Operation::Get, &location, at("2024-03-01T12:00:00Z"), hour());
    let string_to_sign = signer.string_to_sign(&request).unwrap();
    assert_eq!(string_to_sign.lines().nth(3), Some("/blob/devstoreaccount1/data/a b"));
}

#[tokio::test]
async fn the_account_is_claimed_by_name_by_host_and_by_each_endpoint() {
    let config = json!({
        "account": "mlstore",
        "endpoint": "https://mlstore.privatelink.example",
        "public_endpoint": "https://Blobs.example:8443/store",
    });
    let signer = with_account_key(config).await;
    for endpoint in
        ["mlstore", HOST, "MLStore.blob.core.windows.net", "mlstore.privatelink.example", "blobs.example:8443/store"]
    {
        assert!(signer.claims(&location(endpoint, "data", "k")), "{endpoint}");
    }
    for endpoint in
        ["other", "other.blob.core.windows.net", "mlstore.evil.example", "blobs.example:8443", "blobs.example/store"]
    {
        assert!(!signer.claims(&location(endpoint, "data", "k")), "{endpoint}");
    }
    let elsewhere = ObjectLocation::new(Scheme::S3, Some(HOST.into()), "data", ObjectKey::parse("k").unwrap()).unwrap();
    assert!(!signer.claims(&elsewhere));
    let claimed = |endpoint: &Endpoint| signer.claims(&location(&endpoint.location_endpoint().unwrap(), "data", "k"));
    assert_eq!(signer.endpoints().len(), 4);
    assert!(signer.endpoints().iter().all(claimed));
}

#[tokio::test]
async fn only_the_configured_containers_are_signed_for() {
    let signer = with_account_key(json!({"account": "mlstore", "containers": ["data", "team-*"]})).await;
    for (container, served) in [("data", true), ("team-a", true), ("data-private", false), ("$web", false)] {
        let location = location(HOST, container, "k");
        assert_eq!(signer.claims(&location), served, "{container}");
        let link = sign(&signer, Operation::Get, &location, ResponseOverrides::NONE);
        assert_eq!(matches!(link, Err(SignError::NotServed(_))), !served, "{container}");
    }
}

#[tokio::test]
async fn a_location_of_another_account_is_never_signed() {
    let link = sign(&mlstore().await, Operation::Get, &location("other", "data", "k"), ResponseOverrides::NONE);
    assert!(matches!(link, Err(SignError::NotServed(why)) if why.contains("mlstore")));
}

#[tokio::test]
async fn every_override_is_in_the_signature() {
    let signer = mlstore().await;
    let location = location(HOST, "data", "k");
    let all = ResponseOverrides {
        content_disposition: Some("attachment".into()),
        content_type: Some("text/plain".into()),
        cache_control: Some("no-store".into()),
    };
    let without = [
        ResponseOverrides { content_disposition: None, ..all.clone() },
        ResponseOverrides { content_type: None, ..all.clone() },
        ResponseOverrides { cache_control: None, ..all.clone() },
    ];
    let signature = |overrides: &ResponseOverrides| {
        field(sign(&signer, Operation::Get, &location, overrides).unwrap().expose(), "sig").unwrap()
    };
    for fewer in &without {
        assert_ne!(signature(&all), signature(fewer), "{fewer:?}");
    }
}

#[tokio::test]
async fn neither_debug_nor_an_error_shows_the_key_or_a_signature() {
    let signer = mlstore().await;
    let link = sign(&signer, Operation::Get, &location(HOST, "data", "k"), ResponseOverrides::NONE).unwrap();
    let signature = field(link.expose(), "sig").unwrap();
    let error = sign(&signer, Operation::Get, &location("other", "data", "k"), ResponseOverrides::NONE).unwrap_err();
    for shown in [format!("{signer:?}"), format!("{link:?}"), format!("{error:?} {error}")] {
        assert!(!shown.contains(crate::common::ACCOUNT_KEY) && !shown.contains("not a secret"), "{shown}");
        assert!(!shown.contains(&signature) && !shown.contains(&encode::query(&signature)), "{shown}");
    }
}

#[tokio::test]
async fn an_account_key_is_always_ready_and_never_ends() {
    let signer = mlstore().await;
    assert_eq!(signer.readiness(at("2124-03-01T12:00:00Z")), Readiness::Ready);
    assert_eq!(signer.credential(), Some(presign_core::CredentialInfo::PERMANENT));
}

#[tokio::test]
async fn every_problem_of_a_configuration_is_reported_at_once() {
    let config = json!({
        "account": "ML_store",
        "endpoint": "mlstore.example",
        "public_endpoint": "http://127.0.0.1:10000",
        "containers": ["ok", "b["],
        "sv": "2015-04-05",
        "credentials": {"source": "account_key", "account_key": {"env": "BAD"}},
    });
    let error = build(config, "-").await.unwrap_err();
    let fields: Vec<_> = error.problems.iter().map(|problem| problem.field.as_str()).collect();
    let expected = ["account", "endpoint", "public_endpoint", "containers[1]", "sv", "credentials.account_key"];
    assert_eq!(fields, expected);
    assert!(!error.to_string().contains("n0t-b4se64"), "{error}");
    assert!(error.to_string().contains("http://127.0.0.1:10000/devstoreaccount1"), "{error}");
}

#[test]
fn an_unknown_field_or_an_inline_secret_is_refused_and_not_repeated() {
    for (credentials, says) in [
        (json!({"source": "account_key", "account_key": "hunter2"}), "{env: NAME}"),
        (json!({"source": "sas", "token": "hunter2"}), "{env: NAME}"),
        (json!({"source": "account_key", "account_key": {"env": "KEY"}, "key": 1}), "unknown field"),
        (json!({"source": "magic"}), "unknown variant"),
    ] {
        let config = json!({"account": "mlstore", "credentials": credentials});
        let error = serde_json::from_value::<presign_azure::Config>(config).unwrap_err().to_string();
        assert!(error.contains(says) && !error.contains("hunter2"), "{error}");
    }
    let config = json!({"account": "a", "container": [], "credentials": {"source": "sas", "token": {"env": "T"}}});
    assert!(serde_json::from_value::<presign_azure::Config>(config).is_err());
}

proptest! {
    #[test]
    fn the_path_of_a_link_decodes_once_to_the_blob_that_was_signed(
        key in "\\PC{1,80}".prop_filter_map("a key", |text| ObjectKey::parse(text).ok()),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let signer = runtime.block_on(mlstore());
        let location = location(HOST, "data", key.as_str());
        let url = get(&signer, &location);
        let path = split(&url).0.strip_prefix("https://mlstore.blob.core.windows.net/data/").unwrap();
        prop_assert!(url.is_ascii());
        prop_assert_eq!(encode::decode(path), Some(key.as_str().to_owned()));
        let request = SignRequest::new(Operation::Get, &location, at("2024-03-01T12:00:00Z"), hour());
        let string_to_sign = signer.string_to_sign(&request).unwrap();
        let expected = format!("/blob/mlstore/data/{key}");
        prop_assert_eq!(string_to_sign.split('\n').nth(3), Some(&*expected));
    }
}
