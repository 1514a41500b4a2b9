//! The signer by itself, and inside the gateway.

#![cfg(test)]

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use out_of_tree::{Swift, SwiftSigner};
use presign_core::{
    Backend, BuildContext, ExpiresIn, FixedClock, FixedEnvironment, ObjectKey, ObjectLocation, Operation, Scheme,
    SignRequest, Signer, Timestamp,
};
use presign_gateway::{
    Registry, config,
    gateway::{Gateway, Wanted},
    metrics::Metrics,
    record::Asking,
    serve,
    snapshot::Surroundings,
};
use presign_testkit::{Difference, Suite};
use serde_json::json;

const KEY: &str = "a temporary URL key";
const NOW: i64 = 1_369_353_600;
const CONFIGURATION: &str = include_str!("../gateway.yaml");

fn environment() -> Arc<FixedEnvironment> {
    Arc::new(FixedEnvironment::new([("SWIFT_TEMP_URL_KEY", KEY), ("GATEWAY_TOKEN", "alices-token")]))
}

fn location(key: ObjectKey) -> ObjectLocation {
    ObjectLocation::new(Scheme::S3, Some("swift.example:8080".into()), "models", key).unwrap()
}

async fn build(config: serde_json::Value) -> Result<SwiftSigner, String> {
    let environment = environment();
    let clock = Arc::new(FixedClock(Timestamp::from_unix(NOW)));
    let context = BuildContext::new("cluster", environment, clock);
    let config = serde_json::from_value(config).map_err(|error| error.to_string())?;
    Swift::build(config, context).await.map_err(|error| error.to_string())
}

async fn signer() -> SwiftSigner {
    let key = json!({"env": "SWIFT_TEMP_URL_KEY"});
    build(json!({"endpoint": "https://swift.example:8080", "account": "AUTH_ml", "temp_url_key": key})).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signer_keeps_the_contract() {
    Suite::new(Arc::new(signer().await), location)
        .operations(Swift::OPERATIONS)
        .hosts(["swift.example:8080"])
        .secrets([KEY])
        .signature_parameter("temp_url_sig")
        // Swift does not sign them, so they are refused.
        .exempt([Difference::Overrides])
        .run()
        .await;
}

#[tokio::test]
async fn a_link_is_signed_as_swift_documents_it() {
    let location = location(ObjectKey::parse("My Project/run%3A1/é+1.pkl").unwrap());
    let life = ExpiresIn::from_seconds(900).unwrap();
    let request = SignRequest::new(Operation::Get, &location, Timestamp::from_unix(NOW), life);
    // Computed with Python's hmac over method, end and unencoded path, as Swift's documentation has it.
    assert_eq!(
        signer().await.sign(&request).await.unwrap().expose(),
        "https://swift.example:8080/v1/AUTH_ml/models/My%20Project/run%253A1/%C3%A9%2B1.pkl?temp_url_sig=74c7606dbd76efa0e004b3324c83b17cec02ec64a24a8aa3f584bb4f9dd5ae05\
         &temp_url_expires=1369354500"
    );
}

#[tokio::test]
async fn every_problem_of_a_configuration_is_reported_at_once() {
    let config = json!({"endpoint": "swift.example/v1", "account": "a/b", "temp_url_key": {"env": "UNSET"}});
    let error = build(config).await.unwrap_err();
    for part in ["endpoint: is not a store's address", "account: is the part", "temp_url_key: the environment variable"]
    {
        assert!(error.contains(part), "{error}");
    }
}

async fn gateway() -> Gateway {
    let registry = Registry::builtin().with::<Swift>();
    let environment = environment();
    let draft = config::read(CONFIGURATION, "gateway.yaml", environment.as_ref(), &registry).unwrap();
    let surroundings = Surroundings {
        registry,
        environment,
        clock: Arc::new(FixedClock(Timestamp::from_unix(NOW))),
        metrics: Metrics::new().unwrap(),
        gateway_url: None,
    };
    serve::build(draft, &surroundings).await.unwrap()
}

#[tokio::test]
async fn the_gateway_signs_with_it_and_counts_it() {
    let gateway = gateway().await;
    let headers = HeaderMap::from_iter([(AUTHORIZATION, HeaderValue::from_static("Bearer alices-token"))]);
    let wanted = Wanted::new(Operation::Get, location(ObjectKey::parse("best model.ckpt").unwrap()));
    let asking = Asking { request_id: "one", client: None, item: None };
    let link = gateway.link(&gateway.live(), &headers, &wanted, asking).await.unwrap();
    let url = link.signed.unwrap().into_exposed();
    assert!(url.starts_with("https://swift.example:8080/v1/AUTH_ml/models/best%20model.ckpt?temp_url_sig="), "{url}");

    let metrics = String::from_utf8(gateway.metrics().encode().unwrap()).unwrap();
    let counted = r#"presign_requests_total{backend="cluster",operation="get",outcome="signed",rule="models"} 1"#;
    assert!(metrics.contains(counted), "{metrics}");
    assert!(
        metrics.contains(r#"presign_sign_duration_seconds_count{backend="cluster",operation="get"} 1"#),
        "{metrics}"
    );
}
