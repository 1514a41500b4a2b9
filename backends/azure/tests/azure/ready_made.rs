//! Links with a SAS that somebody else made.

use crate::common::{at, build, location, sign};
use presign_azure::AzureSigner;
use presign_core::{BuildError, Operation, Readiness, ResponseOverrides, SignError, SignRequest, Signer};
use serde_json::json;

const CONTAINER_SAS: &str =
    "sv=2022-11-02&st=2024-01-01T00:00:00Z&se=2024-06-01T00:00:00Z&sr=c&sp=rcwl&spr=https&sig=c2ln%2BbmF0dXJl";
const ACCOUNT_SAS: &str = "?sv=2022-11-02&ss=bfqt&srt=sco&sp=rwdlacup&se=2024-06-01&sig=c2ln%2BbmF0dXJl";
const BLOB_SAS: &str = "https://mlstore.blob.core.windows.net/data/a%20b.txt?sv=2022-11-02&se=2024-06-01T10:00Z&sr=b&sp=r&sig=c2ln%2BbmF0dXJl";

async fn read(token: &str, containers: &[&str]) -> Result<AzureSigner, BuildError> {
    let credentials = json!({"source": "sas", "token": {"env": "TOKEN"}});
    build(json!({"account": "mlstore", "containers": containers, "credentials": credentials}), token).await
}

async fn signer(token: &str, containers: &[&str]) -> AzureSigner {
    read(token, containers).await.unwrap()
}

fn get(signer: &AzureSigner, container: &str, key: &str) -> Result<String, SignError> {
    let location = location("mlstore", container, key);
    sign(signer, Operation::Get, &location, ResponseOverrides::NONE).map(presign_core::SignedUrl::into_exposed)
}

#[tokio::test]
async fn the_token_stands_behind_the_url_as_it_is() {
    let expected = format!("https://mlstore.blob.core.windows.net/data/a%20b%2541.txt?{CONTAINER_SAS}");
    assert_eq!(get(&signer(CONTAINER_SAS, &["data"]).await, "data", "a b%41.txt"), Ok(expected));
}

#[tokio::test]
async fn a_link_tells_the_token_s_own_end_and_not_the_life_that_was_asked_for() {
    for (token, containers, end) in [
        (CONTAINER_SAS, &["data"][..], "2024-06-01T00:00:00Z"),
        (ACCOUNT_SAS, &[], "2024-06-01T00:00:00Z"),
        (BLOB_SAS, &[], "2024-06-01T10:00:00Z"),
        (&format!("{ACCOUNT_SAS}&ske=2024-03-08T00:00:00Z"), &[], "2024-03-08T00:00:00Z"),
    ] {
        let signer = signer(token, containers).await;
        let location = location("mlstore", "data", "a b.txt");
        let link = sign(&signer, Operation::Get, &location, ResponseOverrides::NONE).unwrap();
        assert_eq!(link.expires_at(), at(end), "{token}");
        assert_eq!(signer.credential().unwrap().expires_at, Some(at(end)), "{token}");
    }
}

#[tokio::test]
async fn a_token_that_ended_or_has_not_begun_signs_nothing() {
    let signer = signer(CONTAINER_SAS, &["data"]).await;
    let location = location("mlstore", "data", "a.txt");
    for (now, ready) in [
        ("2023-12-31T23:59:59Z", false),
        ("2024-01-01T00:00:00Z", true),
        ("2024-05-31T23:59:59Z", true),
        ("2024-06-01T00:00:00Z", false),
    ] {
        assert_eq!(signer.readiness(at(now)) == Readiness::Ready, ready, "{now}");
        let request = SignRequest::new(Operation::Get, &location, at(now), crate::common::hour());
        let link = signer.sign_now(&request).unwrap();
        assert_eq!(link.is_ok(), ready, "{now}");
        assert!(ready || matches!(link, Err(SignError::Credentials(_))), "{now}");
    }
}

#[tokio::test]
async fn a_token_allows_what_its_permissions_allow() {
    let location = location("mlstore", "data", "a.txt");
    for (permissions, allowed) in [
        ("r", &[Operation::Get, Operation::Head][..]),
        ("cw", &[Operation::Put]),
        ("c", &[Operation::Put]),
        ("racwd", &Operation::ALL),
        ("l", &[]),
    ] {
        let token = CONTAINER_SAS.replace("sp=rcwl", &format!("sp={permissions}"));
        let signer = signer(&token, &["data"]).await;
        for operation in Operation::ALL {
            let link = sign(&signer, operation, &location, ResponseOverrides::NONE);
            assert_eq!(link.is_ok(), allowed.contains(&operation), "{permissions} {operation}");
        }
    }
}

#[tokio::test]
async fn a_response_header_that_the_token_cannot_override_is_refused_and_not_dropped() {
    let overrides = ResponseOverrides { content_type: Some("text/plain".into()), ..ResponseOverrides::default() };
    let signer = signer(CONTAINER_SAS, &["data"]).await;
    let link = sign(&signer, Operation::Get, &location("mlstore", "data", "a.txt"), &overrides);
    assert!(matches!(link, Err(SignError::UnsupportedOverride(why)) if why.contains("override")));
}

#[tokio::test]
async fn a_container_s_token_is_for_that_container_only() {
    let from_url = format!("https://mlstore.blob.core.windows.net/data?{CONTAINER_SAS}");
    for signer in [signer(CONTAINER_SAS, &["data"]).await, signer(&from_url, &[]).await] {
        assert!(get(&signer, "data", "any/blob").is_ok());
        assert!(matches!(get(&signer, "other", "any/blob"), Err(SignError::NotServed(_))));
        assert!(!signer.claims(&location("mlstore", "other", "any/blob")));
    }
}

#[tokio::test]
async fn a_blob_s_token_is_for_that_blob_only() {
    let signer = signer(BLOB_SAS, &[]).await;
    assert!(get(&signer, "data", "a b.txt").is_ok());
    for key in ["a%20b.txt", "a", "a b.txt/c"] {
        assert!(matches!(get(&signer, "data", key), Err(SignError::NotServed(_))), "{key}");
        assert!(!signer.claims(&location("mlstore", "data", key)), "{key}");
    }
}

#[tokio::test]
async fn a_token_that_cannot_work_is_refused_when_it_is_read() {
    let cases = [
        ("hunter2", "copy it again"),
        ("sv=2022-11-02&sp=r&se=2024-06-01&sr=c", "'sig'"),
        ("sv=2022-11-02&sp=r&sr=c&sig=hunter2", "'se'"),
        ("sv=2022-11-02&se=2024-06-01&sr=c&si=policy&sig=hunter2", "'sp'"),
        ("sv=2022-11-02&sp=r&se=soon&sr=c&sig=hunter2", "time"),
        ("sv=2022-11-02&sp=r&se=2024-06-01&sr=c&sig=hunter2", "'containers'"),
        ("sv=2022-11-02&sp=r&se=2024-06-01&sr=b&sig=hunter2", "whole URL"),
        ("sv=2022-11-02&sp=r&se=2024-06-01&sr=d&sdd=1&sig=hunter2", "neither"),
        ("sv=2022-11-02&sp=r&se=2024-06-01&ss=q&srt=o&sig=hunter2", "blob service"),
        ("sv=2022-11-02&sp=r&se=2024-06-01&ss=b&srt=c&sig=hunter2", "srt=o"),
        ("https://other.blob.core.windows.net/data?sv=1&sp=r&se=2024-06-01&sr=c&sig=hunter2", "another account"),
    ];
    for (token, says) in cases {
        let error = read(token, &[]).await.unwrap_err();
        assert_eq!(error.problems[0].field, "credentials.token");
        let shown = error.to_string();
        assert!(shown.contains(says) && !shown.contains("hunter2"), "{shown}");
    }
}

#[tokio::test]
async fn a_token_for_a_container_that_is_not_served_is_refused() {
    let from_url = format!("https://mlstore.blob.core.windows.net/data?{CONTAINER_SAS}");
    let error = read(&from_url, &["team-*"]).await.unwrap_err();
    assert!(error.to_string().contains("'data'"), "{error}");
}

#[tokio::test]
async fn a_token_for_https_does_not_fit_an_http_endpoint() {
    let credentials = json!({"source": "sas", "token": {"env": "TOKEN"}});
    let config = json!({
        "account": "mlstore", "endpoint": "http://127.0.0.1:10000/mlstore", "containers": ["data"], "credentials": credentials,
    });
    assert!(build(config, CONTAINER_SAS).await.unwrap_err().to_string().contains("https only"));
}

#[tokio::test]
async fn debug_does_not_show_the_token() {
    for token in [CONTAINER_SAS, ACCOUNT_SAS, BLOB_SAS] {
        let shown = format!("{:?}", signer(token, &["data"]).await);
        assert!(!shown.contains("c2ln") && !shown.contains("sv=") && shown.contains("permissions"), "{shown}");
    }
}

#[tokio::test]
async fn nothing_is_signed_here_so_there_is_no_string_to_sign() {
    let location = location("mlstore", "data", "a.txt");
    let request = SignRequest::new(Operation::Get, &location, at("2024-03-01T12:00:00Z"), crate::common::hour());
    assert_eq!(signer(ACCOUNT_SAS, &[]).await.string_to_sign(&request), None);
}
