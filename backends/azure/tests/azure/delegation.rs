//! Links that a user delegation key signs.

use std::{collections::HashMap, sync::Arc};

use presign_azure::AzureSigner;
use presign_core::{ExpiresIn, ObjectKey, Operation, ResponseOverrides, SignError, SignRequest, Signer};
use presign_testkit::{Difference, Suite};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    cloud::{CLIENT, Cloud, Expected, TENANT},
    common::{Hand, at, build, build_in, field, hour, location, split, with_account_key},
};

const NOON: &str = "2024-03-01T12:00:00Z";

/// A signer that has its key.
async fn signer(cloud: &Cloud, account: &str, public_endpoint: &str, more: Value) -> AzureSigner {
    let credentials =
        json!({"source": "client_secret", "client_id": CLIENT, "tenant_id": TENANT, "authority_host": cloud.url()});
    let mut config = json!({"account": account, "endpoint": format!("{}/{account}", cloud.url()),
        "public_endpoint": public_endpoint, "credentials": credentials});
    config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    let signer = build_in(config, &[("AZURE_CLIENT_SECRET", "s3cr3t")], Hand::at(NOON)).await.unwrap();
    signer.renew(at(NOON)).await.unwrap();
    signer
}

async fn cloud() -> Cloud {
    Cloud::start(Hand::at(NOON), Expected::Secret("s3cr3t")).await
}

async fn mlstore() -> AzureSigner {
    signer(&cloud().await, "mlstore", "https://mlstore.blob.core.windows.net", json!({})).await
}

#[derive(Deserialize)]
struct Fixtures {
    delegation_key: HashMap<String, String>,
    signed_at: String,
    life: u64,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    account: String,
    endpoint: String,
    container: String,
    key: String,
    operation: Operation,
    sv: String,
    overrides: HashMap<String, String>,
    caller: Option<String>,
    url: String,
}

impl Fixtures {
    fn key_xml(&self) -> String {
        let fields =
            ["SignedOid", "SignedTid", "SignedStart", "SignedExpiry", "SignedService", "SignedVersion", "Value"];
        let names =
            ["signed_oid", "signed_tid", "signed_start", "signed_expiry", "signed_service", "signed_version", "value"];
        let elements = fields.iter().zip(names);
        let element = |(field, name): (&&str, &str)| format!("<{field}>{}</{field}>", self.delegation_key[name]);
        format!("<UserDelegationKey>{}</UserDelegationKey>", elements.map(element).collect::<Vec<_>>().concat())
    }
}

async fn assert_like_the_official_library(fixtures: &str, versions: &[&str]) {
    let fixtures: Fixtures = serde_json::from_str(fixtures).unwrap();
    assert!(fixtures.cases.len() >= 4 * 60);
    let cloud = cloud().await;
    cloud.hands_out(fixtures.key_xml());
    let mut signers = HashMap::new();
    for case in fixtures.cases {
        assert!(versions.contains(&case.sv.as_str()), "{}", case.sv);
        let place = (case.account.clone(), case.endpoint.clone(), case.sv.clone());
        if !signers.contains_key(&place) {
            let signer = signer(&cloud, &case.account, &case.endpoint, json!({"sv": case.sv})).await;
            signers.insert(place.clone(), signer);
        }
        let overridden = |name: &str| case.overrides.get(name).cloned();
        let overrides = ResponseOverrides {
            content_disposition: overridden("content_disposition"),
            content_type: overridden("content_type"),
            cache_control: overridden("cache_control"),
        };
        let location = location(&case.account, &case.container, &case.key);
        let life = ExpiresIn::from_seconds(fixtures.life).unwrap();
        let request = SignRequest::new(case.operation, &location, at(&fixtures.signed_at), life)
            .with_overrides(&overrides)
            .attributed_to(case.caller.as_deref());
        let link = signers[&place].sign_now(&request).unwrap().unwrap();
        assert_eq!(split(link.expose()), split(&case.url), "{}", case.name);
    }
    cloud.assert_content();
}

#[tokio::test]
async fn the_first_layout_is_the_official_library_s() {
    let fixtures = include_str!("../fixtures/delegation-12.24.1.json");
    assert_like_the_official_library(fixtures, &["2020-12-06", "2025-01-05", "2025-05-05"]).await;
}

#[tokio::test]
async fn the_layout_with_a_delegated_user_is_the_official_library_s() {
    let fixtures = include_str!("../fixtures/delegation-12.28.0.json");
    assert_like_the_official_library(fixtures, &["2025-07-05", "2026-02-06"]).await;
}

#[tokio::test]
async fn the_layout_with_request_fields_is_the_official_library_s() {
    let fixtures = include_str!("../fixtures/delegation-12.31.1.json");
    assert_like_the_official_library(fixtures, &["2026-04-06", "2026-10-06"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_delegation_key_keeps_the_contract() {
    let place = |key: ObjectKey| location("mlstore.blob.core.windows.net", "data", key.as_str());
    Suite::new(Arc::new(mlstore().await), place)
        .twin(Arc::new(mlstore().await))
        .operations(&Operation::ALL)
        .hosts(["mlstore.blob.core.windows.net"])
        .secrets(["s3cr3t", "access-token", &"a2V5".repeat(11)])
        // The suite goes a day back and forth, and the key is good for seven.
        .signed_at(at("2024-03-03T12:00:00Z"))
        // A SAS names permissions and not methods: `r` allows both.
        .exempt([Difference::GetAgainstHead])
        .foreign([location("other.blob.core.windows.net", "data", "k")])
        .run()
        .await;
}

#[tokio::test]
async fn the_explained_string_is_the_one_that_is_signed() {
    let signer = mlstore().await;
    let location = location("mlstore", "data", "k");
    let request = SignRequest::new(Operation::Get, &location, at(NOON), hour()).attributed_to(Some("alice"));
    let explained = signer.string_to_sign(&request).unwrap();
    let lines: Vec<_> = explained.split('\n').collect();
    assert_eq!(lines.len(), 24);
    assert_eq!(lines[12], field(signer.sign_now(&request).unwrap().unwrap().expose(), "scid").unwrap());
}

#[tokio::test]
async fn the_other_credentials_refuse_to_name_a_caller() {
    let token = "sv=2022-11-02&se=2100-01-01T00:00:00Z&sr=c&sp=rcwd&spr=https&sig=cmVhZHktbWFkZQ%3D%3D";
    let sas = json!({"account": "mlstore", "containers": ["data"], "credentials": {"source": "sas", "token": {"env": "TOKEN"}}});
    let location = location("mlstore", "data", "k");
    let request = SignRequest::new(Operation::Get, &location, at(NOON), hour()).attributed_to(Some("alice"));
    for signer in [with_account_key(json!({"account": "mlstore"})).await, build(sas, token).await.unwrap()] {
        assert!(!signer.attributes());
        assert_eq!(signer.sign(&request).await, Err(SignError::UnsupportedAttribution));
    }
    assert!(mlstore().await.attributes());
}

#[test]
fn no_caller_s_name_breaks_a_signature_or_looks_like_another_s() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let signer = runtime.block_on(mlstore());
    let location = location("mlstore", "data", "k");
    let plain = SignRequest::new(Operation::Get, &location, at(NOON), hour());
    let lines = |request: &SignRequest<'_>| signer.string_to_sign(request).unwrap().lines().count();
    proptest!(|(one in "\\PC{0,20}|[&=\n\r%\u{e9}a]{0,20}", other in "\\PC{0,20}")| {
        let sign = |who: &str| {
            let request = plain.clone().attributed_to(Some(who));
            assert_eq!(lines(&request), lines(&plain));
            field(signer.sign_now(&request).unwrap().unwrap().expose(), "scid").unwrap()
        };
        prop_assert_eq!(sign(&one) == sign(&other), one == other);
    });
}
