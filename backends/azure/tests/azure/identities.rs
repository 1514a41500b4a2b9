//! Every way to prove who the gateway is, against strict services.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

use presign_core::{Operation, SignRequest, Signer};
use serde_json::{Value, json};

use crate::{
    cloud::{CLIENT, Cloud, Expected, TENANT, certificate},
    common::{Hand, at, build_in, field, hour, location},
};

const NOON: &str = "2024-03-01T12:00:00Z";

fn config(cloud: &Cloud, credentials: &Value) -> Value {
    json!({"account": "mlstore", "endpoint": format!("{}/mlstore", cloud.url()), "credentials": credentials})
}

/// Asserts that a source leads to a link, by one token and one key.
async fn assert_signs(expected: Expected, credentials: Value, variables: &[(&str, &str)]) {
    let asks = !matches!(expected, Expected::Nobody);
    let clock = Hand::at(NOON);
    let cloud = Cloud::start(Arc::clone(&clock), expected).await;
    let url = cloud.url();
    let identity_endpoint = format!("{url}/msi/token");
    let known = [("AUTHORITY", "AZURE_AUTHORITY_HOST"), ("IMDS", "AZURE_POD_IDENTITY_AUTHORITY_HOST")];
    let variables: Vec<_> = variables
        .iter()
        .map(|&(name, value)| match known.iter().find(|(short, _)| *short == name) {
            Some((_, name)) => (*name, url.as_str()),
            None if name == "IDENTITY_ENDPOINT" => (name, identity_endpoint.as_str()),
            None => (name, value),
        })
        .collect();
    let signer = build_in(config(&cloud, &credentials), &variables, clock).await.unwrap();
    let location = location("mlstore", "data", "a b.txt");
    let request = SignRequest::new(Operation::Get, &location, at(NOON), hour());
    assert!(signer.sign_now(&request).is_none(), "nothing was fetched yet");
    let link = signer.sign(&request).await;
    cloud.assert_content();
    assert_eq!(field(link.unwrap().expose(), "sktid").as_deref(), Some(TENANT));
    assert_eq!(cloud.handed_out(), (usize::from(asks), 1));
    assert!(signer.sign_now(&request).unwrap().is_ok());
}

fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    fs::write(&path, text).unwrap();
    path.display().to_string()
}

#[tokio::test]
async fn workload_identity_takes_what_its_webhook_sets() {
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "token", "kubernetes.service.account");
    let variables = [
        ("AUTHORITY", ""),
        ("AZURE_CLIENT_ID", CLIENT),
        ("AZURE_TENANT_ID", TENANT),
        ("AZURE_FEDERATED_TOKEN_FILE", &file),
    ];
    assert_signs(Expected::Federated(file.clone().into()), json!({"source": "workload_identity"}), &variables).await;
    let fields = json!({"source": "workload_identity", "client_id": CLIENT, "tenant_id": TENANT, "token_file": file});
    assert_signs(Expected::Federated(file.into()), fields, &[("AUTHORITY", ""), ("AZURE_CLIENT_ID", "another")]).await;
}

#[tokio::test]
async fn a_client_secret_is_sent_as_it_is() {
    let secret = "s3cr3t~+&=%\u{e9}";
    let fields = json!({"source": "client_secret", "client_id": CLIENT, "tenant_id": TENANT});
    assert_signs(Expected::Secret(secret), fields.clone(), &[("AUTHORITY", ""), ("AZURE_CLIENT_SECRET", secret)]).await;
    let mut named = fields;
    named["client_secret"] = json!({"env": "MINE"});
    assert_signs(Expected::Secret(secret), named, &[("AUTHORITY", ""), ("MINE", secret)]).await;
}

#[tokio::test]
async fn a_certificate_signs_an_assertion_that_entra_id_can_verify() {
    let (pem, expected) = certificate();
    let folder = tempfile::tempdir().unwrap();
    let file = write(folder.path(), "gateway.pem", &pem);
    let fields = json!({"source": "client_certificate", "client_id": CLIENT, "tenant_id": TENANT});
    let variables = [("AUTHORITY", ""), ("AZURE_CLIENT_CERTIFICATE_PATH", file.as_str())];
    assert_signs(expected.clone(), fields.clone(), &variables).await;
    let mut named = fields;
    named["certificate"] = json!({"file": file});
    assert_signs(expected, named, &[("AUTHORITY", "")]).await;
}

fn managed(field: Option<&str>, id: &str) -> Value {
    let mut credentials = json!({"source": "managed_identity"});
    if let Some(field) = field {
        credentials[field] = json!(id);
    }
    credentials
}

#[tokio::test]
async fn a_machine_s_identity_comes_from_imds() {
    for (field, id, query) in [
        (None, "", ""),
        (Some("client_id"), CLIENT, "&client_id=f997392c-e15a-4ad8-af9e-cd6966caba7f"),
        (Some("object_id"), "an-object", "&object_id=an-object"),
        (Some("resource_id"), "/subscriptions/s/a b", "&msi_res_id=/subscriptions/s/a%20b"),
    ] {
        assert_signs(Expected::Machine(query), managed(field, id), &[("IMDS", "")]).await;
    }
}

#[tokio::test]
async fn an_application_s_identity_comes_from_app_service() {
    for (field, id, query) in [
        (None, "", ""),
        (Some("client_id"), CLIENT, "&client_id=f997392c-e15a-4ad8-af9e-cd6966caba7f"),
        (Some("object_id"), "an-object", "&principal_id=an-object"),
        (Some("resource_id"), "/subscriptions/s", "&mi_res_id=/subscriptions/s"),
    ] {
        let variables = [("IDENTITY_ENDPOINT", ""), ("IDENTITY_HEADER", "app-service-header")];
        assert_signs(Expected::AppService(query), managed(field, id), &variables).await;
    }
}

fn az(folder: &Path, script: &str) -> String {
    let path = write(folder, "az", &format!("#!/bin/sh\n{script}\n"));
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    folder.display().to_string()
}

// One test, which writes its programs before it runs any: a program that is being written cannot be run, and whoever
// forks meanwhile holds it open.
#[tokio::test]
async fn a_developer_s_login_comes_from_the_azure_cli_and_what_that_complains_of_is_not_repeated() {
    let (good, bad) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let path = az(
        good.path(),
        "[ \"$*\" = 'account get-access-token --output json --resource https://storage.azure.com --tenant my-tenant' ] || exit 2\n\
         echo '{\"accessToken\": \"access-token-0\", \"expires_on\": 1709298000, \"expiresOn\": \"2024-03-01 14:00:00\"}'",
    );
    let failing = az(bad.path(), "echo hunter2 >&2; exit 1");
    assert_signs(Expected::Nobody, json!({"source": "cli", "tenant_id": "my-tenant"}), &[("PATH", &path)]).await;
    for (path, hint) in [(failing.as_str(), "az login"), ("/nonexistent", "not on the PATH")] {
        let clock = Hand::at(NOON);
        let cloud = Cloud::start(Arc::clone(&clock), Expected::Nobody).await;
        let config = config(&cloud, &json!({"source": "cli"}));
        let signer = build_in(config, &[("PATH", path)], clock).await.unwrap();
        let error = signer.renew(at(NOON)).await.unwrap_err().to_string();
        assert!(error.contains(hint) && !error.contains("hunter2"), "{error}");
    }
}

async fn problems(credentials: Value, variables: &[(&str, &str)]) -> String {
    let config = json!({"account": "mlstore", "credentials": credentials});
    build_in(config, variables, Hand::at(NOON)).await.unwrap_err().to_string()
}

#[tokio::test]
async fn what_is_missing_is_named_with_its_field_and_its_variable() {
    let missing = problems(json!({"source": "workload_identity"}), &[]).await;
    for (field, variable) in [
        ("client_id", "AZURE_CLIENT_ID"),
        ("tenant_id", "AZURE_TENANT_ID"),
        ("token_file", "AZURE_FEDERATED_TOKEN_FILE"),
    ] {
        assert!(
            missing.contains(&format!("credentials.{field}: is missing")) && missing.contains(variable),
            "{missing}"
        );
    }
    let missing = problems(json!({"source": "client_secret", "client_id": "a", "tenant_id": "b"}), &[]).await;
    assert!(missing.contains("credentials.client_secret: the environment variable AZURE_CLIENT_SECRET"), "{missing}");
    let missing = problems(json!({"source": "client_certificate", "client_id": "a", "tenant_id": "b"}), &[]).await;
    assert!(missing.contains("AZURE_CLIENT_CERTIFICATE_PATH"), "{missing}");
}

#[tokio::test]
async fn what_does_not_work_is_refused_when_the_configuration_is_read() {
    let ids = json!({"source": "client_secret", "client_id": "a", "tenant_id": "b/../c", "authority_host": "http://entra.example"});
    let said = problems(ids, &[("AZURE_CLIENT_SECRET", "x")]).await;
    assert!(said.contains("credentials.tenant_id: is no id"), "{said}");
    assert!(said.contains("credentials.authority_host: is not an https address"), "{said}");
    let said = problems(json!({"source": "managed_identity", "client_id": "a", "object_id": "b"}), &[]).await;
    assert!(said.contains("only one"), "{said}");
    let said =
        problems(json!({"source": "managed_identity"}), &[("IDENTITY_ENDPOINT", "http://localhost:40342/")]).await;
    assert!(said.contains("Azure Arc"), "{said}");
    let certificate =
        json!({"source": "client_certificate", "client_id": "a", "tenant_id": "b", "certificate": {"env": "PEM"}});
    let said = problems(certificate, &[("PEM", "hunter2")]).await;
    assert!(said.contains("has no certificate in PEM") && !said.contains("hunter2"), "{said}");
    let config = json!({"account": "mlstore", "endpoint": "http://store.example/mlstore", "ca_file": "/nonexistent.pem",
        "credentials": {"source": "cli"}});
    let said = build_in(config, &[], Hand::at(NOON)).await.unwrap_err().to_string();
    assert!(
        said.contains("endpoint: has to be https") && said.contains("ca_file: the file /nonexistent.pem"),
        "{said}"
    );
}
