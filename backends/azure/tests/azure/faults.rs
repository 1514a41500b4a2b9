//! Services that are slow, throttled, down, or lie.

use std::{fs, sync::Arc};

use futures::future::join_all;
use presign_azure::AzureSigner;
use presign_core::{ExpiresIn, ObjectLocation, Operation, Readiness, SignError, SignRequest, SignedUrl, Signer};
use serde_json::json;

use crate::{
    cloud::{CLIENT, Cloud, Expected, Failure, TENANT, key_xml},
    common::{Hand, at, build_in, field, hour, location},
};

struct World {
    clock: Arc<Hand>,
    cloud: Cloud,
    signer: AzureSigner,
    location: ObjectLocation,
}

const SECRET: &str = "s3cr3t-value";

async fn world() -> World {
    let clock = Hand::at("2024-03-01T12:00:00Z");
    let cloud = Cloud::start(Arc::clone(&clock), Expected::Secret(SECRET)).await;
    let credentials =
        json!({"source": "client_secret", "client_id": CLIENT, "tenant_id": TENANT, "authority_host": cloud.url()});
    let endpoint = format!("{}/mlstore", cloud.url());
    let config = json!({"account": "mlstore", "endpoint": endpoint, "credentials": credentials});
    let signer = build_in(config, &[("AZURE_CLIENT_SECRET", SECRET)], Arc::clone(&clock)).await.unwrap();
    World { clock, cloud, signer, location: location("mlstore", "data", "k") }
}

impl World {
    async fn sign_at(&self, time: &str, life: ExpiresIn) -> Result<SignedUrl, SignError> {
        self.clock.set(time);
        self.signer.sign(&SignRequest::new(Operation::Get, &self.location, at(time), life)).await
    }

    async fn sign(&self) -> Result<SignedUrl, SignError> {
        self.sign_at("2024-03-01T12:00:00Z", hour()).await
    }

    fn readiness(&self, time: &str) -> Readiness {
        self.signer.readiness(at(time))
    }
}

fn is_unavailable(error: &SignError) -> bool {
    matches!(error, SignError::Unavailable { .. })
}

#[tokio::test]
async fn a_thousand_first_requests_ask_for_one_token_and_one_key() {
    let world = world().await;
    world.cloud.hold(true);
    let requests = join_all((0..1000).map(|_| world.sign()));
    let release = async {
        tokio::task::yield_now().await;
        world.cloud.hold(false);
    };
    let (links, ()) = tokio::join!(requests, release);
    let first = links[0].as_ref().unwrap().expose();
    assert!(links.iter().all(|link| link.as_ref().unwrap().expose() == first));
    assert_eq!(world.cloud.handed_out(), (1, 1));
    world.cloud.assert_content();
}

#[tokio::test]
async fn a_service_that_is_down_at_the_start_is_asked_again_and_no_reason_to_die() {
    let world = world().await;
    world.cloud.tokens_fail(Failure::new(503, "<html>hunter2</html>").with("retry-after", "3"));
    let error = world.sign().await.unwrap_err();
    assert!(is_unavailable(&error) && !error.to_string().contains("hunter2"), "{error}");
    assert!(matches!(world.readiness("2024-03-01T12:00:00Z"), Readiness::NotReady(_)));
    world.cloud.tokens_fail(None);
    assert!(world.sign_at("2024-03-01T12:01:00Z", hour()).await.is_ok());
    assert_eq!(world.readiness("2024-03-01T12:01:00Z"), Readiness::Ready);
    world.cloud.assert_content();
}

#[tokio::test]
async fn a_service_that_is_down_at_the_refresh_leaves_the_old_key_until_its_end() {
    let world = world().await;
    world.sign().await.unwrap();
    world.cloud.tokens_fail(Failure::new(500, ""));
    world.clock.set("2024-03-05T00:00:00Z");
    assert!(world.signer.renew(at("2024-03-09T00:00:00Z")).await.is_ok(), "the old one is still good");
    assert!(matches!(world.readiness("2024-03-05T00:00:00Z"), Readiness::Degraded(_)));
    assert!(world.sign_at("2024-03-08T11:44:59Z", hour()).await.is_ok());
    assert!(is_unavailable(&world.sign_at("2024-03-08T11:45:00Z", hour()).await.unwrap_err()));
    assert_eq!(world.signer.credential(), None);
}

#[tokio::test]
async fn no_link_outlives_the_key_or_starts_before_it() {
    let world = world().await;
    world.sign().await.unwrap();
    world.cloud.keys_fail(Failure::new(503, ""));
    let link = world.sign_at("2024-03-08T11:30:00Z", hour()).await.unwrap();
    assert_eq!(link.expires_at(), at("2024-03-08T11:45:00Z"));
    assert_eq!(field(link.expose(), "se").as_deref(), Some("2024-03-08T11:45:00Z"));
    let link = world.sign_at("2024-03-01T11:50:00Z", hour()).await.unwrap();
    assert_eq!(field(link.expose(), "st").as_deref(), Some("2024-03-01T11:45:00Z"));
    let error = world.sign_at("2024-03-01T10:00:00Z", hour()).await.unwrap_err();
    assert!(is_unavailable(&error), "the clock was set back: {error}");
}

#[tokio::test]
async fn a_throttled_key_is_an_outage_and_a_missing_role_is_not() {
    let world = world().await;
    world.cloud.keys_fail(Failure::new(503, "").with("x-ms-error-code", "ServerBusy").with("retry-after", "4"));
    let error = world.sign().await.unwrap_err();
    assert!(matches!(&error, SignError::Unavailable { retry_after: Some(_), .. }), "{error}");
    assert!(error.to_string().contains("503 ServerBusy"), "{error}");
    let denied = Failure::new(403, "hunter2").with("x-ms-error-code", "AuthorizationPermissionMismatch");
    world.cloud.keys_fail(denied);
    let error = world.sign_at("2024-03-01T12:01:00Z", hour()).await.unwrap_err();
    assert!(matches!(&error, SignError::Credentials(_)), "{error}");
    let text = error.to_string();
    assert!(text.contains("Storage Blob Delegator") && text.contains("Storage Blob Data Reader"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
    assert_eq!(world.cloud.handed_out().0, 1, "the token was good");
}

#[tokio::test]
async fn each_refusal_of_entra_id_comes_with_what_to_do_and_without_what_it_said() {
    for (code, hint) in [
        (700_016, "client_id"),
        (7_000_215, "not its id"),
        (7_000_222, "expired"),
        (700_213, "system:serviceaccount"),
        (90_002, "tenant_id"),
        (1, "AADSTS codes"),
    ] {
        let world = world().await;
        let body = json!({"error": "invalid_client", "error_description": "hunter2", "error_codes": [code]});
        world.cloud.tokens_fail(Failure::new(401, body.to_string()));
        let error = world.sign().await.unwrap_err();
        let text = error.to_string();
        assert!(matches!(error, SignError::Credentials(_)), "{text}");
        assert!(text.contains(&format!("401 (invalid_client, AADSTS{code}): ")) && text.contains(hint), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_entra_id_s_is_an_outage() {
    for failure in [
        Failure::new(403, "<html>the proxy says no</html>"),
        Failure::new(200, "<html>please log in</html>"),
        Failure::new(302, "").with("location", "http://127.0.0.1:1/token"),
        Failure::new(400, json!({"error": "temporarily_unavailable"}).to_string()),
        Failure::new(429, json!({"error": "invalid_client"}).to_string()),
    ] {
        let world = world().await;
        world.cloud.tokens_fail(failure.clone());
        let error = world.sign().await.unwrap_err();
        assert!(is_unavailable(&error), "{failure:?}: {error}");
    }
}

#[tokio::test]
async fn a_key_that_has_ended_or_is_none_is_not_taken() {
    for key in [key_xml("2024-02-01T00:00:00Z", "2024-02-08T00:00:00Z"), "<html>".to_owned(), String::new()] {
        let world = world().await;
        world.cloud.hands_out(key);
        assert!(is_unavailable(&world.sign().await.unwrap_err()));
    }
}

#[tokio::test]
async fn a_key_that_is_shorter_than_asked_for_is_taken_for_what_it_is() {
    let world = world().await;
    world.cloud.hands_out(key_xml("2024-03-01T11:45:00Z", "2024-03-01T12:30:00Z"));
    assert_eq!(world.sign().await.unwrap().expires_at(), at("2024-03-01T12:30:00Z"));
    assert_eq!(world.signer.credential().unwrap().expires_at, Some(at("2024-03-01T12:30:00Z")));
}

#[tokio::test]
async fn a_token_that_says_it_has_ended_is_an_outage() {
    let world = world().await;
    world.cloud.says_tokens_live("0");
    assert!(is_unavailable(&world.sign().await.unwrap_err()));
}

#[tokio::test]
async fn a_token_that_the_store_refuses_before_its_end_is_replaced() {
    let world = world().await;
    world.cloud.keys_fail(Failure::new(401, "").with("x-ms-error-code", "InvalidAuthenticationInfo"));
    assert!(matches!(world.sign().await.unwrap_err(), SignError::Credentials(_)));
    world.cloud.keys_fail(None);
    assert!(world.sign_at("2024-03-01T12:10:00Z", hour()).await.is_ok());
    assert_eq!(world.cloud.handed_out(), (2, 1));
    world.cloud.assert_content();
}

#[tokio::test]
async fn a_file_that_is_replaced_on_disk_is_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("token");
    fs::write(&file, "first.kubernetes.token").unwrap();
    let clock = Hand::at("2024-03-01T12:00:00Z");
    let cloud = Cloud::start(Arc::clone(&clock), Expected::Federated(file.clone())).await;
    let config = json!({"account": "mlstore", "endpoint": format!("{}/mlstore", cloud.url()), "credentials":
        {"source": "workload_identity", "client_id": CLIENT, "tenant_id": TENANT, "token_file": file, "authority_host": cloud.url()}});
    let signer = build_in(config, &[], Arc::clone(&clock)).await.unwrap();
    signer.renew(at("2024-03-01T12:00:00Z")).await.unwrap();
    fs::write(&file, "second.kubernetes.token").unwrap();
    clock.set("2024-03-03T12:00:00Z");
    signer.renew(at("2024-03-10T00:00:00Z")).await.unwrap();
    assert_eq!(cloud.handed_out(), (2, 2));
    fs::remove_file(&file).unwrap();
    clock.set("2024-03-12T12:00:00Z");
    let error = signer.renew(at("2024-03-12T12:00:00Z")).await.unwrap_err();
    assert!(matches!(&error, SignError::Credentials(text) if text.contains("cannot be read")), "{error}");
    cloud.assert_content();
}

#[tokio::test]
async fn the_same_key_handed_out_again_leaves_links_as_they_are() {
    let world = world().await;
    let first = world.sign().await.unwrap();
    let before = world.signer.credential();
    world.cloud.hands_out(key_xml("2024-03-01T11:45:00Z", "2024-03-08T11:45:00Z"));
    world.clock.set("2024-03-03T12:00:00Z");
    world.signer.renew(at("2024-03-10T00:00:00Z")).await.unwrap();
    assert_eq!(world.cloud.handed_out().1, 2);
    assert_eq!(world.signer.credential(), before);
    let request = SignRequest::new(Operation::Get, &world.location, at("2024-03-01T12:00:00Z"), hour());
    assert_eq!(world.signer.sign(&request).await.unwrap().expose(), first.expose());
}

#[tokio::test]
async fn neither_debug_nor_readiness_shows_a_secret() {
    let world = world().await;
    world.sign().await.unwrap();
    let shown = format!("{:?} {:?}", world.signer, world.readiness("2024-03-01T12:00:00Z"));
    for secret in [SECRET, "access-token", "a2V5"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
