//! What the pages in `docs/` show can be run as it stands.

use std::{fs, sync::Arc};

use presign_core::FixedEnvironment;
use presign_gateway::{Registry, config::BackendConfig};
use serde_json::Value;

const AWS: &str = include_str!("../../docs/credentials-aws.md");

/// The backends of every YAML snippet of a page.
fn backends(page: &str) -> Vec<(String, BackendConfig)> {
    let snippets = page.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let read = |snippet| serde_saphyr::from_str::<Value>(snippet).unwrap_or_else(|error| panic!("{snippet}: {error}"));
    let backends = snippets.flat_map(|snippet| read(snippet)["backends"].as_object().unwrap().clone());
    backends.map(|(name, backend)| (name, serde_json::from_value(backend).unwrap())).collect()
}

#[tokio::test]
async fn every_snippet_of_the_page_on_aws_makes_a_backend() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".aws")).unwrap();
    fs::write(home.path().join(".aws/credentials"), "[default]\naws_access_key_id=a\naws_secret_access_key=s\n")
        .unwrap();
    let environment = Arc::new(FixedEnvironment::new([
        ("HOME", home.path().to_str().unwrap()),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/reader"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "/var/run/secrets/eks.amazonaws.com/serviceaccount/token"),
    ]));
    let found = backends(AWS);
    assert!(found.len() >= 12);
    for (name, backend) in found {
        let environment: Arc<FixedEnvironment> = Arc::clone(&environment);
        let built = Registry::builtin().build(&backend, crate::registry::context_of(&name, environment)).await;
        assert!(built.is_ok(), "{name}: {backend:?}: {}", built.err().unwrap());
    }
}
