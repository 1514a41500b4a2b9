//! Links that IAM signs.

use std::sync::Arc;

use futures::future::join_all;
use presign_core::{
    Backend, CredentialInfo, ExpiresIn, ObjectLocation, Operation, Readiness, Scheme, SignRequest, Signer,
};
use presign_gcs::{Gcs, GcsSigner};
use presign_testkit::Suite;
use serde_json::{Value, json};

use crate::{
    common::{Hand, build_in, get, hour, location, noon, with_service_account},
    stub::{EMAIL, METADATA, SIGN, Stub},
};

/// On a machine in Google Cloud.
pub(crate) async fn on_a_machine(stub: &Stub, clock: &Arc<Hand>) -> GcsSigner {
    on_a_machine_with(stub, clock, json!({"source": "adc", "iam_endpoint": stub.url("")})).await
}

async fn on_a_machine_with(stub: &Stub, clock: &Arc<Hand>, credentials: Value) -> GcsSigner {
    let variables = [("GCE_METADATA_HOST", stub.address.as_str())];
    let clock = Arc::clone(clock);
    build_in(json!({"credentials": credentials}), &variables, clock).await.unwrap()
}

#[tokio::test]
async fn iam_and_the_account_s_own_key_sign_the_same_link() {
    let stub = Stub::start(noon()).await;
    let signer = on_a_machine(&stub, &Hand::at_noon()).await;
    let location = location("data", "a b/ü+%.png");
    let own = get(&with_service_account(json!({})).await, &location).await;
    assert_eq!(get(&signer, &location).await, own);
    assert_eq!([METADATA, EMAIL, SIGN].map(|service| stub.calls(service)), [1, 1, 1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn iam_s_links_keep_the_contract() {
    let stub = Stub::start(noon()).await;
    let signer = on_a_machine(&stub, &Hand::at_noon()).await;
    // The account's name is known once there is a token.
    signer.renew(noon()).await.unwrap();
    let suite = Suite::new(Arc::new(signer), |key| ObjectLocation::new(Scheme::Gs, None, "data", key).unwrap())
        .operations(Gcs::OPERATIONS)
        .hosts(["storage.googleapis.com"])
        .secrets(["token-1"]);
    let violations = suite.violations().await;
    let others = violations.iter().filter(|sentence| !sentence.contains("cannot override Cache-Control"));
    assert_eq!(others.collect::<Vec<_>>(), [""; 0]);
}

#[tokio::test]
async fn a_configuration_is_built_without_asking_anybody_and_a_service_is_asked_when_a_link_is() {
    let stub = Stub::start(noon()).await;
    let signer = on_a_machine(&stub, &Hand::at_noon()).await;
    let location = location("data", "k");
    let request = SignRequest::new(Operation::Get, &location, noon(), hour());
    assert!(signer.sign_now(&request).is_none());
    assert_eq!((signer.credential(), signer.string_to_sign(&request)), (None, None));
    assert!(matches!(signer.readiness(noon()), Readiness::NotReady(_)));
    assert_eq!(stub.calls(METADATA), 0);
    signer.sign(&request).await.unwrap();
    assert_eq!(signer.readiness(noon()), Readiness::Ready);
    assert!(signer.string_to_sign(&request).unwrap().starts_with("GOOG4-RSA-SHA256\n"));
}

#[tokio::test]
async fn a_link_outlives_the_token_but_not_half_a_day() {
    let stub = Stub::start(noon()).await;
    let clock = Hand::at_noon();
    let signer = on_a_machine(&stub, &clock).await;
    assert_eq!(signer.longest_life(), ExpiresIn::from_seconds(12 * 3600).unwrap());
    assert_eq!(with_service_account(json!({})).await.longest_life(), ExpiresIn::MAX);
    let first = signer.renew(noon()).await.unwrap();
    assert_eq!(first, CredentialInfo { generation: 1, not_before: None, expires_at: None });
    clock.set(3600);
    assert_eq!(signer.credential(), None, "without a token nothing can be signed");
    assert_eq!(signer.renew(noon()).await.unwrap(), first, "another token, and the same account");
    assert_eq!(stub.calls(METADATA), 2);
}

#[tokio::test]
async fn a_thousand_first_requests_for_one_link_make_one_call_of_each_kind() {
    let stub = Stub::start(noon()).await;
    let signer = on_a_machine(&stub, &Hand::at_noon()).await;
    let location = location("data", "k");
    let links = join_all((0..1000).map(|_| get(&signer, &location))).await;
    assert!(links.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!([METADATA, EMAIL, SIGN].map(|service| stub.calls(service)), [1, 1, 1]);
}

#[tokio::test]
async fn only_so_many_calls_are_under_way_at_a_time() {
    let stub = Stub::start(noon()).await;
    let signer = on_a_machine(&stub, &Hand::at_noon()).await;
    stub.take(std::time::Duration::from_millis(20));
    let locations: Vec<_> = (0..200).map(|index| location("data", &format!("{index}.png"))).collect();
    join_all(locations.iter().map(|location| get(&signer, location))).await;
    assert_eq!(stub.calls(SIGN), 200);
    assert!((2..=32).contains(&stub.most_under_way()), "{}", stub.most_under_way());
}

#[tokio::test]
async fn who_gives_up_does_not_take_the_call_from_others() {
    let stub = Stub::start(noon()).await;
    let signer = on_a_machine(&stub, &Hand::at_noon()).await;
    signer.renew(noon()).await.unwrap();
    stub.take(std::time::Duration::from_millis(200));
    let location = location("data", "k");
    let impatient = tokio::time::timeout(std::time::Duration::from_millis(50), get(&signer, &location));
    let (gave_up, link) = tokio::join!(impatient, get(&signer, &location));
    assert!(gave_up.is_err() && link.contains("X-Goog-Signature="));
    assert_eq!(stub.calls(SIGN), 1);
}

#[tokio::test]
async fn the_machine_acts_as_another_account_through_delegates() {
    let stub = Stub::start(noon()).await;
    stub.expect_delegates(json!([
        "projects/-/serviceAccounts/one@project.example",
        "projects/-/serviceAccounts/two@project.example"
    ]));
    let credentials = json!({"source": "impersonate", "service_account": stub.email, "iam_endpoint": stub.url(""),
        "delegates": ["one@project.example", "two@project.example"]});
    let signer = on_a_machine_with(&stub, &Hand::at_noon(), credentials).await;
    let location = location("data", "k");
    assert_eq!(get(&signer, &location).await, get(&with_service_account(json!({})).await, &location).await);
    assert_eq!(stub.calls(EMAIL), 0);
}

#[tokio::test]
async fn links_of_another_universe_point_there() {
    let config = json!({"universe_domain": "cloud.example", "credentials": {"source": "adc"}});
    let signer = build_in(config, &[], Hand::at_noon()).await.unwrap();
    assert!(format!("{signer:?}").contains("https://iamcredentials.cloud.example"));
    assert!(signer.endpoints().iter().any(|endpoint| endpoint.authority == "storage.cloud.example"));
}
