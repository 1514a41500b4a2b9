//! What every test here needs: a signer from a configuration, and a URL taken apart.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use presign_azure::{Azure, AzureSigner};
use presign_core::{
    Backend, BuildContext, BuildError, Clock, ExpiresIn, FixedClock, FixedEnvironment, ObjectKey, ObjectLocation,
    Operation, ResponseOverrides, Scheme, SignError, SignRequest, SignedUrl, Signer, Timestamp, encode,
};
use serde_json::Value;

/// `this account key is made up for tests and is not a secret`
pub(crate) const ACCOUNT_KEY: &str = "dGhpcyBhY2NvdW50IGtleSBpcyBtYWRlIHVwIGZvciB0ZXN0cyBhbmQgaXMgbm90IGEgc2VjcmV0";

pub(crate) fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).unwrap()
}

pub(crate) fn hour() -> ExpiresIn {
    ExpiresIn::from_seconds(3600).unwrap()
}

/// Builds a signer; `KEY` is the account key, and `TOKEN` is what is given.
pub(crate) async fn build(config: Value, token: &str) -> Result<AzureSigner, BuildError> {
    let environment = Arc::new(FixedEnvironment::new([("KEY", ACCOUNT_KEY), ("TOKEN", token), ("BAD", "n0t-b4se64!")]));
    let clock = Arc::new(FixedClock(at("2024-03-01T12:00:00Z")));
    let context = BuildContext::new("azure", environment, clock);
    Azure::build(serde_json::from_value(config).unwrap(), context).await
}

/// A signer with the account's key, and whatever else the configuration says.
pub(crate) async fn with_account_key(mut config: Value) -> AzureSigner {
    config["credentials"] = serde_json::json!({"source": "account_key", "account_key": {"env": "KEY"}});
    build(config, "-").await.unwrap()
}

pub(crate) fn location(endpoint: &str, container: &str, key: &str) -> ObjectLocation {
    let key = ObjectKey::parse(key).unwrap();
    ObjectLocation::new(Scheme::Azure, Some(endpoint.to_owned()), container, key).unwrap()
}

/// Signs for an hour from noon.
pub(crate) fn sign(
    signer: &AzureSigner,
    operation: Operation,
    location: &ObjectLocation,
    overrides: &ResponseOverrides,
) -> Result<SignedUrl, SignError> {
    let request = SignRequest::new(operation, location, at("2024-03-01T12:00:00Z"), hour()).with_overrides(overrides);
    signer.sign_now(&request).expect("an Azure signer never waits")
}

/// A URL's part before the `?`, and the fields of its query, decoded and sorted.
pub(crate) fn split(url: &str) -> (&str, Vec<(String, String)>) {
    let (path, query) = url.split_once('?').unwrap();
    let mut fields: Vec<_> = query
        .split('&')
        .map(|pair| pair.split_once('=').unwrap())
        .map(|(name, value)| (name.to_owned(), encode::decode(value).unwrap()))
        .collect();
    fields.sort();
    (path, fields)
}

/// The value of one field of a URL's query.
pub(crate) fn field(url: &str, name: &str) -> Option<String> {
    split(url).1.into_iter().find(|(other, _)| other == name).map(|(_, value)| value)
}

/// A clock that a test moves.
#[derive(Debug)]
pub(crate) struct Hand(AtomicI64);

impl Hand {
    pub(crate) fn at(text: &str) -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(at(text).unix())))
    }

    pub(crate) fn set(&self, text: &str) {
        self.0.store(at(text).unix(), Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

/// Builds a signer in an environment of its own.
pub(crate) async fn build_in(
    config: Value,
    variables: &[(&str, &str)],
    clock: Arc<Hand>,
) -> Result<AzureSigner, BuildError> {
    let environment = Arc::new(FixedEnvironment::new(variables.iter().copied()));
    let context = BuildContext::new("azure", environment, clock);
    Azure::build(serde_json::from_value(config).unwrap(), context).await
}
