//! What the documentation shows is taken as it stands.

use serde_json::Value;

use crate::common::{Hand, build_in};

#[tokio::test]
async fn every_example_of_the_page_on_credentials_is_a_configuration() {
    let page = include_str!("../../../../docs/credentials-azure.md");
    let folder = tempfile::tempdir().unwrap();
    let certificate = folder.path().join("gateway.pem");
    std::fs::write(&certificate, crate::cloud::certificate().0).unwrap();
    let variables = [
        ("AZURE_STORAGE_KEY", "a2V5"),
        ("AZURE_CLIENT_ID", "client"),
        ("AZURE_TENANT_ID", "tenant"),
        ("AZURE_FEDERATED_TOKEN_FILE", "/var/run/secrets/azure/tokens/azure-identity-token"),
        ("AZURE_CLIENT_SECRET", "secret"),
        ("AZURE_CLIENT_CERTIFICATE_PATH", certificate.to_str().unwrap()),
        ("AZURE_STORAGE_SAS", "sv=2022-11-02&se=2100-01-01T00:00:00Z&sr=c&sp=r&sig=YQ%3D%3D"),
    ];
    let mut sources = Vec::new();
    for block in page.split("```yaml\n").skip(1) {
        let text = block.split("```").next().unwrap();
        let file: Value = serde_saphyr::from_str(text).unwrap();
        for (name, backend) in file["backends"].as_object().unwrap() {
            let mut backend = backend.clone();
            assert_eq!(backend.as_object_mut().unwrap().remove("type"), Some("azure".into()), "{name}");
            sources.push(backend["credentials"]["source"].as_str().unwrap().to_owned());
            let built = build_in(backend, &variables, Hand::at("2024-03-01T12:00:00Z")).await;
            assert!(built.is_ok(), "{name}: {:?}", built.err());
        }
    }
    sources.sort();
    let all = [
        "account_key",
        "cli",
        "client_certificate",
        "client_secret",
        "managed_identity",
        "managed_identity",
        "sas",
        "workload_identity",
    ];
    assert_eq!(sources, all);
}
