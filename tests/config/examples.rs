//! The examples in `config/` work as they stand, and fit the schema beside them.

use std::{collections::BTreeMap, path::Path, sync::Arc};

use presign_core::{Environment, FixedEnvironment};
use presign_gateway::{
    Registry, auth,
    config::{self, Loaded},
    rules::{BackendFacts, RuleSet},
};
use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::Value;

use crate::validator;

const EMBEDDED: &str = include_str!("../../config/embedded.yaml");
const ONPREM: &str = include_str!("../../config/onprem-minio.yaml");
const MULTI_CLOUD: &str = include_str!("../../config/multi-cloud.yaml");
const LAPTOP: &str = include_str!("../../config/laptop.yaml");
const EXAMPLES: [(&str, &str); 4] = [
    (EMBEDDED, "embedded.yaml"),
    (LAPTOP, "laptop.yaml"),
    (ONPREM, "onprem-minio.yaml"),
    (MULTI_CLOUD, "multi-cloud.yaml"),
];
const SCHEMA: &str = include_str!("../../config/presign-gateway.schema.json");

fn schema() -> Value {
    serde_json::from_str(SCHEMA).unwrap()
}

fn load(text: &str, file: &str, environment: &dyn Environment) -> Loaded {
    config::load(text, file, environment, &Registry::builtin()).unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn the_examples_load_without_a_warning() {
    for (text, file) in EXAMPLES {
        let loaded = load(text, file, &FixedEnvironment::default());
        assert_eq!(loaded.warnings.to_string(), "", "{file}");
        let config = loaded.config;
        assert!(!config.rules.is_empty() && !config.backends.is_empty(), "{file}");
        for rule in &config.rules {
            assert!(rule.backend.iter().all(|name| config.backends.contains_key(name)), "{file}: {}", rule.name);
        }
    }
}

#[test]
fn the_examples_fit_the_schema() {
    let schema = schema();
    for (text, file) in EXAMPLES {
        let value: Value = serde_saphyr::from_str(text).unwrap();
        let errors = validator::errors(&schema, &schema, &value, "");
        assert!(errors.is_empty(), "{file}: {errors:#?}");
    }
}

#[test]
fn the_schema_refuses_what_the_gateway_refuses() {
    let schema = schema();
    let right: Value = serde_saphyr::from_str(MULTI_CLOUD).unwrap();
    for (pointer, wrong) in [
        ("/server/lisen", Value::from("127.0.0.1:80")),
        ("/auth/provider", Value::from("ldap")),
        ("/auth/clearml/secret_key", Value::from("inline")),
        ("/backends/azure/type", Value::from("azur")),
        ("/backends/azure/colour", Value::from("blue")),
        ("/rules/0/name", Value::from(3)),
        ("/rules/0/methods", serde_json::json!(["FETCH"])),
    ] {
        let mut value = right.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        value.pointer_mut(parent).unwrap()[name] = wrong;
        assert!(!validator::errors(&schema, &schema, &value, "").is_empty(), "{pointer}");
        let text = serde_json::to_string(&value).unwrap();
        let loaded = config::load(&text, "wrong.yaml", &FixedEnvironment::default(), &Registry::builtin());
        assert!(loaded.is_err(), "{pointer}");
    }
}

#[test]
fn the_schema_in_the_repository_is_that_of_the_program() {
    let current = config::schema(&Registry::builtin());
    assert!(
        schema() == current,
        "the configuration has changed; write its schema anew: \
         cargo run -- schema > config/presign-gateway.schema.json"
    );
}

#[test]
fn the_reference_in_the_documentation_is_that_of_the_program() {
    let current = config::reference(&config::schema(&Registry::builtin()));
    assert!(
        current == include_str!("../../docs/configuration.md"),
        "the configuration has changed; write its reference anew: \
         cargo run -- schema --format markdown > docs/configuration.md"
    );
}

/// Every part of a schema that has examples.
fn with_examples<'s>(schema: &'s Value, found: &mut Vec<&'s Value>) {
    match schema {
        Value::Object(fields) => {
            if fields.get("examples").is_some_and(Value::is_array) {
                found.push(schema);
            }
            fields.values().for_each(|field| with_examples(field, found));
        }
        Value::Array(items) => items.iter().for_each(|item| with_examples(item, found)),
        _ => {}
    }
}

#[test]
fn the_examples_in_the_schema_fit_it() {
    let schema = schema();
    let mut parts = Vec::new();
    with_examples(&schema, &mut parts);
    assert!(parts.len() > 10);
    for part in parts {
        for example in part["examples"].as_array().unwrap() {
            let errors = validator::errors(&schema, part, example, "");
            assert!(errors.is_empty(), "{example}: {errors:#?}");
        }
    }
}

#[test]
fn every_field_in_the_schema_says_what_it_is() {
    fn silent(schema: &Value, path: &str, found: &mut Vec<String>) {
        for (name, field) in schema["properties"].as_object().into_iter().flatten() {
            // `type` and `source` are told by the alternative that they choose.
            let told = ["description", "$ref", "const"].iter().any(|keyword| field.get(keyword).is_some());
            if !told && !matches!(name.as_str(), "env" | "file") {
                found.push(format!("{path}.{name}"));
            }
        }
        for (index, part) in schema["oneOf"].as_array().into_iter().flatten().enumerate() {
            silent(part, &format!("{path}[{index}]"), found);
        }
    }
    let (schema, mut found) = (schema(), Vec::new());
    silent(&schema, "", &mut found);
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        silent(definition, name, &mut found);
    }
    assert!(found.is_empty(), "without a description: {found:?}");
}

/// Builds everything that a configuration names: nothing is wrong with it, and nothing is worth a warning.
async fn build_all(text: &str, file: &str, environment: Arc<dyn Environment>) {
    let config = load(text, file, &*environment).config;
    if let Err(error) = auth::check(&config.auth, &*environment) {
        panic!("{file}: {error}");
    }
    let registry = Registry::builtin();
    let mut facts = BTreeMap::new();
    for (name, backend) in &config.backends {
        let context = crate::registry::context_of(name, Arc::clone(&environment));
        let signer = registry.build(backend, context).await.unwrap_or_else(|error| panic!("{file}: {name}: {error}"));
        facts.insert(name.clone(), BackendFacts::of(&*signer, registry.operations(&backend.kind).unwrap()));
    }
    let (_, warnings) = RuleSet::build(&config.rules, &facts, &config.signing)
        .unwrap_or_else(|problems| panic!("{file}: {problems:?}"));
    assert_eq!(warnings, [], "{file}");
}

#[tokio::test]
async fn the_embedded_example_can_be_run() {
    let embedded = presign_gateway::embedded::prepare().unwrap();
    build_all(EMBEDDED, "embedded.yaml", embedded.environment(Arc::new(FixedEnvironment::default()))).await;
}

#[tokio::test]
async fn the_on_premises_example_can_be_run() {
    let variables = [("MINIO_ACCESS_KEY", "gateway"), ("MINIO_SECRET_KEY", "minio-secret")];
    build_all(ONPREM, "onprem-minio.yaml", Arc::new(FixedEnvironment::new(variables))).await;
}

#[tokio::test]
async fn the_multi_cloud_example_can_be_run() {
    let folder = tempfile::tempdir().unwrap();
    let key_file = google_key_file(folder.path());
    let variables = [
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
        ("MINIO_ACCESS_KEY", "gateway"),
        ("MINIO_SECRET_KEY", "minio-secret"),
        ("CLEARML_API_ACCESS_KEY", "access"),
        ("CLEARML_API_SECRET_KEY", "secret"),
        ("AZURE_STORAGE_KEY", "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA=="),
        ("PRESIGN__BACKENDS__GOOGLE__CREDENTIALS__KEY_FILE", &key_file),
    ];
    build_all(MULTI_CLOUD, "multi-cloud.yaml", Arc::new(FixedEnvironment::new(variables))).await;
}

/// A key file as Google hands it out.
fn google_key_file(folder: &Path) -> String {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let content = serde_json::json!({
        "type": "service_account",
        "project_id": "p",
        "private_key_id": "1",
        "private_key": key.serialize_pem(),
        "client_email": "gateway@p.iam.gserviceaccount.com",
        "client_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
    });
    let file = folder.join("google.json");
    std::fs::write(&file, content.to_string()).unwrap();
    file.to_str().unwrap().to_owned()
}
