//! What every test here needs: a signer from a configuration, and links from it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use presign_core::{
    Backend, BuildContext, BuildError, Clock, ExpiresIn, FixedClock, FixedEnvironment, ObjectKey, ObjectLocation,
    Operation, ResponseOverrides, Scheme, SignError, SignRequest, SignedUrl, Signer, Timestamp,
};
use presign_gcs::{Gcs, GcsSigner};
use serde_json::{Value, json};

use crate::google;

pub(crate) const ACCESS_KEY: &str = "GOOG1ENOTASECRET";
pub(crate) const SECRET_KEY: &str = "not+a/secret+but+made+up+for+tests";

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

pub(crate) fn noon() -> Timestamp {
    at("2024-03-01T12:00:00Z")
}

pub(crate) fn hour() -> ExpiresIn {
    ExpiresIn::from_seconds(3600).unwrap()
}

pub(crate) async fn build(config: Value) -> Result<GcsSigner, BuildError> {
    build_in(config, &[("SECRET", SECRET_KEY)], Arc::new(FixedClock(noon()))).await
}

/// Builds with these variables and this clock.
pub(crate) async fn build_in(
    config: Value,
    variables: &[(&str, &str)],
    clock: Arc<dyn Clock>,
) -> Result<GcsSigner, BuildError> {
    let environment = Arc::new(FixedEnvironment::new(variables.iter().copied()));
    let context = BuildContext::new("google", environment, clock);
    Gcs::build(serde_json::from_value(config).unwrap(), context).await
}

/// A clock that is set by hand; it stands at noon.
#[derive(Debug)]
pub(crate) struct Hand(AtomicI64);

impl Hand {
    pub(crate) fn at_noon() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(noon().unix())))
    }

    /// Sets it to so many seconds after noon.
    pub(crate) fn set(&self, seconds: i64) {
        self.0.store(noon().unix() + seconds, Ordering::Relaxed);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::Relaxed))
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

pub(crate) fn service_account() -> Value {
    json!({"source": "service_account", "key_file": google::key_file()})
}

pub(crate) fn hmac() -> Value {
    json!({"source": "hmac", "access_key": ACCESS_KEY, "secret_key": {"env": "SECRET"}})
}

pub(crate) async fn with_service_account(mut config: Value) -> GcsSigner {
    config["credentials"] = service_account();
    build(config).await.unwrap()
}

pub(crate) async fn with_hmac(mut config: Value) -> GcsSigner {
    config["credentials"] = hmac();
    build(config).await.unwrap()
}

pub(crate) fn location(bucket: &str, key: &str) -> ObjectLocation {
    ObjectLocation::new(Scheme::Gs, None, bucket, ObjectKey::parse(key).unwrap()).unwrap()
}

/// Signs for an hour from noon.
pub(crate) async fn sign(
    signer: &GcsSigner,
    operation: Operation,
    location: &ObjectLocation,
    overrides: &ResponseOverrides,
) -> Result<SignedUrl, SignError> {
    signer.sign(&SignRequest::new(operation, location, noon(), hour()).with_overrides(overrides)).await
}

pub(crate) async fn get(signer: &GcsSigner, location: &ObjectLocation) -> String {
    sign(signer, Operation::Get, location, ResponseOverrides::NONE).await.unwrap().into_exposed()
}
