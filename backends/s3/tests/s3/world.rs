//! Signers whose credential is fetched, at a time that a test sets.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use presign_core::{
    Backend, BuildContext, BuildError, Clock, CredentialObserver, FixedEnvironment, Operation, Readiness,
    RefreshOutcome, SignError, SignRequest, Signer, Timestamp,
};
use presign_s3::{S3, S3Signer};
use serde_json::{Value, json};

use crate::common::{at, seconds};

/// A clock that is set by hand.
#[derive(Debug)]
pub(crate) struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::Relaxed))
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

/// Remembers how attempts to get a credential ended.
#[derive(Debug, Default)]
pub(crate) struct Heard(pub(crate) Mutex<Vec<RefreshOutcome>>);

impl CredentialObserver for Heard {
    fn refreshed(&self, outcome: RefreshOutcome) {
        self.0.lock().unwrap().push(outcome);
    }
}

/// A signer and the clock that it goes by.
pub(crate) struct World {
    pub(crate) signer: Arc<S3Signer>,
    pub(crate) heard: Arc<Heard>,
    clock: Arc<Hand>,
}

/// When every test starts.
pub(crate) fn start() -> Timestamp {
    Timestamp::parse_rfc3339("2026-01-02T12:00:00Z").unwrap()
}

/// A time after the start, as AWS writes it.
pub(crate) fn later(seconds: u64) -> String {
    start().plus(Duration::from_secs(seconds)).to_string()
}

impl World {
    /// A signer for AWS in Ireland, with these credentials.
    pub(crate) async fn new(credentials: Value, variables: &[(&str, &str)]) -> Self {
        Self::of(json!({"region": "eu-west-1", "credentials": credentials}), variables).await.unwrap()
    }

    pub(crate) async fn of(config: Value, variables: &[(&str, &str)]) -> Result<Self, BuildError> {
        let clock = Arc::new(Hand(AtomicI64::new(start().unix())));
        let heard = Arc::new(Heard::default());
        let environment = Arc::new(FixedEnvironment::new(variables.iter().copied()));
        let (told, listens) = (Arc::clone(&clock), Arc::clone(&heard));
        let context = BuildContext { observer: listens, ..BuildContext::new("aws", environment, told) };
        let signer = Arc::new(S3::build(serde_json::from_value(config).unwrap(), context).await?);
        Ok(Self { signer, heard, clock })
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Sets the clock to so many seconds after the start.
    pub(crate) fn set(&self, seconds: i64) {
        self.clock.0.store(start().unix() + seconds, Ordering::Relaxed);
    }

    /// A link to read an object for a quarter of an hour.
    pub(crate) async fn link(&self) -> Result<String, SignError> {
        self.link_in("bucket").await
    }

    pub(crate) async fn link_in(&self, bucket: &str) -> Result<String, SignError> {
        let location = at(None, bucket, "k");
        let request = SignRequest::new(Operation::Get, &location, self.now(), seconds(900));
        self.signer.sign(&request).await.map(presign_core::SignedUrl::into_exposed)
    }

    /// Whether there is a link without waiting.
    pub(crate) fn has_link_now(&self) -> bool {
        let location = at(None, "bucket", "k");
        self.signer.sign_now(&SignRequest::new(Operation::Get, &location, self.now(), seconds(900))).is_some()
    }

    /// The access key that signs.
    pub(crate) async fn access_key(&self) -> Result<String, SignError> {
        let url = self.link().await?;
        let (_, credential) = url.split_once("X-Amz-Credential=").unwrap();
        Ok(credential.split('%').next().unwrap().to_owned())
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.signer.readiness(self.now()) == Readiness::Ready
    }
}

impl World {
    /// What the signer tells of its credential.
    pub(crate) fn signer_info(&self) -> presign_core::CredentialInfo {
        self.signer.credential().unwrap()
    }

    /// Lets the signer refresh by itself from then on, until something is so.
    pub(crate) async fn keep_fresh_until(&self, seconds: i64, is_so: impl Fn() -> bool) {
        self.set(seconds);
        let watch = async {
            while !is_so() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::select! {
            () = self.signer.keep_fresh() => panic!("there is something to keep fresh"),
            watched = tokio::time::timeout(Duration::from_secs(20), watch) => watched.unwrap(),
        }
    }
}
