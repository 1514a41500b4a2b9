//! Signers to look at.

use std::sync::Arc;

use presign_core::{
    Backend, BuildContext, BuildError, ExpiresIn, FixedClock, FixedEnvironment, ObjectKey, ObjectLocation, Operation,
    ResponseOverrides, Scheme, SignError, SignRequest, SignedUrl, Signer, Timestamp,
};
use presign_s3::{S3, S3Signer};
use serde_json::{Value, json};

pub(crate) const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
pub(crate) const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
pub(crate) const TOKEN: &str = "FwoGZXIvYXdzEJr//////////wEaDJ3+hunter2==";

pub(crate) fn static_credentials() -> Value {
    json!({"source": "static", "access_key": ACCESS_KEY, "secret_key": {"env": "SECRET"}})
}

pub(crate) fn temporary_credentials() -> Value {
    json!({"source": "static", "access_key": ACCESS_KEY, "secret_key": {"env": "SECRET"}, "session_token": {"env": "TOKEN"}})
}

/// Builds from a configuration whose credentials, when it has none, are static ones.
pub(crate) async fn build(config: Value) -> Result<S3Signer, BuildError> {
    build_in(config, [("SECRET", SECRET_KEY), ("TOKEN", TOKEN)]).await
}

pub(crate) async fn build_in<'a>(
    mut config: Value,
    environment: impl IntoIterator<Item = (&'a str, &'a str)>,
) -> Result<S3Signer, BuildError> {
    let fields = config.as_object_mut().unwrap();
    fields.entry("credentials").or_insert_with(static_credentials);
    let environment = Arc::new(FixedEnvironment::new(environment));
    let clock = Arc::new(FixedClock(Timestamp::from_unix(0)));
    let context = BuildContext::new("aws", environment, clock);
    S3::build(serde_json::from_value(config).unwrap(), context).await
}

/// What is wrong with a configuration: each problem as `field: message`.
pub(crate) async fn problems(config: Value) -> Vec<String> {
    let error = build(config).await.unwrap_err();
    error.problems.iter().map(|problem| format!("{}: {}", problem.field, problem.message)).collect()
}

pub(crate) fn at(endpoint: Option<&str>, bucket: &str, key: &str) -> ObjectLocation {
    let key = ObjectKey::parse(key).unwrap();
    ObjectLocation::new(Scheme::S3, endpoint.map(str::to_owned), bucket, key).unwrap()
}

pub(crate) fn noon() -> Timestamp {
    Timestamp::parse_rfc3339("2026-01-02T12:00:00Z").unwrap()
}

pub(crate) fn seconds(seconds: u64) -> ExpiresIn {
    ExpiresIn::from_seconds(seconds).unwrap()
}

/// A link to read an object for an hour.
pub(crate) fn link(signer: &S3Signer, location: &ObjectLocation) -> String {
    try_link(signer, location).unwrap().into_exposed()
}

pub(crate) fn try_link(signer: &S3Signer, location: &ObjectLocation) -> Result<SignedUrl, SignError> {
    signer.sign_now(&SignRequest::new(Operation::Get, location, noon(), seconds(3600))).unwrap()
}

pub(crate) fn overrides() -> ResponseOverrides {
    ResponseOverrides {
        content_disposition: Some(presign_core::disposition::attachment("été (1)+.txt")),
        content_type: Some("text/plain; charset=utf-8".to_owned()),
        cache_control: Some("private, max-age=0".to_owned()),
    }
}
