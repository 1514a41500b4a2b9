//! Kinds of backends are a value that a program puts together.

use std::sync::Arc;

use presign_core::{
    Backend, BuildContext, BuildError, Environment, ExpiresIn, FixedClock, FixedEnvironment, ObjectKey, ObjectLocation,
    Operation, Scheme, SignRequest, Timestamp,
};
use presign_gateway::{Registry, config};
use serde_json::{Value, json};

use crate::{
    SMALL, accepted_with, registry,
    shelf::{Config, Wood},
};

struct Impostor;

impl Backend for Impostor {
    const KIND: &'static str = "shelf";
    const OPERATIONS: &'static [Operation] = &[];
    type Config = Config;
    type Signer = Wood;

    async fn build(_: Config, _: BuildContext) -> Result<Wood, BuildError> {
        Err(BuildError::at("", "this one is never built"))
    }
}

/// What a backend of this name is built with.
pub(crate) fn context_of(name: &str, environment: Arc<dyn Environment>) -> BuildContext {
    BuildContext {
        content_url: Some("http://127.0.0.1:8080/content".to_owned()),
        ..BuildContext::new(name, environment, Arc::new(FixedClock(Timestamp::from_unix(1_700_000_000))))
    }
}

fn context() -> BuildContext {
    context_of("oak", Arc::new(FixedEnvironment::default()))
}

fn backend(options: &str) -> config::BackendConfig {
    let text = SMALL.replace("endpoint: http://oak", options);
    accepted_with(&text, &[]).backends["oak"].clone()
}

#[tokio::test]
async fn a_backend_is_built_by_its_kind() {
    let signer = registry().build(&backend("endpoint: http://oak"), context()).await.unwrap();
    let location = ObjectLocation::new(Scheme::S3, None, "b", ObjectKey::parse("k").unwrap()).unwrap();
    let life = ExpiresIn::from_seconds(60).unwrap();
    let request = SignRequest::new(Operation::Get, &location, Timestamp::from_unix(0), life);
    assert_eq!(signer.sign(&request).await.unwrap().expose(), "http://oak/k");
}

#[tokio::test]
async fn what_a_backend_says_while_it_is_built_is_passed_on() {
    let backend = backend("endpoint: x, credentials: {source: static, access_key: A, secret_key: {env: NOT_SET}}");
    let error = registry().build(&backend, context()).await.unwrap_err();
    assert_eq!(error.to_string(), "credentials.secret_key: the environment variable NOT_SET is not set");
}

#[tokio::test]
async fn options_that_are_wrong_build_nothing() {
    let mut backend = backend("endpoint: x");
    backend.options = json!({"endpoint": 1, "colour": "brown"});
    let error = registry().build(&backend, context()).await.unwrap_err();
    assert_eq!(error.problems.len(), 2);
    backend.kind = "wardrobe".into();
    let error = registry().build(&backend, context()).await.unwrap_err();
    assert_eq!(error.to_string(), "type: not a known kind of backend; there are 'shelf'");
    backend.kind = String::new();
    let error = registry().build(&backend, context()).await.unwrap_err();
    assert_eq!(error.to_string(), "type: missing; there are 'shelf'");
}

#[test]
fn a_registry_knows_its_kinds_and_their_operations() {
    assert_eq!(registry().kinds().collect::<Vec<_>>(), ["shelf"]);
    assert_eq!(registry().operations("shelf"), Some([Operation::Get].as_slice()));
    assert_eq!(registry().operations("wardrobe"), None);
}

#[test]
fn two_kinds_of_one_name_are_refused() {
    let registry = registry().with::<Impostor>();
    let problems = config::load(SMALL, "config.yaml", &FixedEnvironment::default(), &registry).unwrap_err();
    assert_eq!(problems.to_string(), "config.yaml: two backends of this program are called 'shelf': rename one");
    assert_eq!(registry.operations("shelf"), Some([Operation::Get].as_slice()), "the first one stays");
}

#[test]
fn a_program_without_backends_says_so() {
    let problems = config::load(SMALL, "config.yaml", &FixedEnvironment::default(), &Registry::empty()).unwrap_err();
    assert!(problems.to_string().contains("there are none: this program was compiled without backends"), "{problems}");
}

#[test]
fn the_schema_has_every_kind_with_its_type_and_fields() {
    let schema = config::schema(&registry());
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let kinds = schema["$defs"]["Backend"]["oneOf"].as_array().unwrap();
    assert_eq!(kinds.len(), 1);
    assert_eq!(kinds[0]["properties"]["type"], json!({"const": "shelf"}));
    assert_eq!(kinds[0]["properties"]["endpoint"]["description"], "Where it is.");
    assert_eq!(kinds[0]["additionalProperties"], Value::Bool(false));
    assert_eq!(kinds[0]["required"], json!(["endpoint", "type"]));
}
