//! A backend whose credential has to be fetched, from a token service that does what the configuration says.
//!
//! Its links say which credential signed them, and how many signatures it had made before.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use presign_core::{
    Backend, BuildContext, BuildError, CredentialInfo, ObjectLocation, Operation, Readiness, Scheme, SignError,
    SignRequest, SignedUrl, Signer, Timestamp, encode,
};
use presign_credentials::{CredentialCache, CredentialSource, FetchError, Fetched, Policy};
use schemars::JsonSchema;
use serde::Deserialize;

/// The kind `lease`: all `s3://` URLs.
pub(crate) struct Lease;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// How long each credential lives, in seconds; 0: the service is down, -1: it refuses.
    lives: Vec<i64>,
    /// Whether a signature takes long.
    #[serde(default)]
    slow: bool,
    /// Whether credentials are fetched ahead.
    #[serde(default)]
    ahead: bool,
}

#[derive(Debug)]
pub(crate) struct LeaseSigner {
    cache: CredentialCache<Service>,
    slow: bool,
    ahead: bool,
    signatures: AtomicUsize,
}

#[derive(Debug)]
struct Service(Mutex<std::vec::IntoIter<i64>>);

#[async_trait]
impl CredentialSource for Service {
    type Credential = ();

    async fn fetch(&self, now: Timestamp) -> Result<Fetched<()>, FetchError> {
        match self.0.lock().unwrap().next() {
            Some(-1) => Err(FetchError::Refused("the role may not be assumed".to_owned())),
            Some(0) | None => Err(FetchError::unavailable("the token service is down")),
            Some(life) => {
                let end = now.plus(Duration::from_secs(u64::try_from(life).unwrap()));
                Ok(Fetched::temporary((), now, end))
            }
        }
    }
}

impl Backend for Lease {
    const KIND: &'static str = "lease";
    const OPERATIONS: &'static [Operation] = &[Operation::Get, Operation::Head];
    type Config = Config;
    type Signer = LeaseSigner;

    async fn build(config: Config, context: BuildContext) -> Result<LeaseSigner, BuildError> {
        let service = Service(Mutex::new(config.lives.into_iter()));
        let BuildContext { name, clock, observer, .. } = context;
        let cache = CredentialCache::new(name, service, clock, observer, Policy::default());
        Ok(LeaseSigner { cache, slow: config.slow, ahead: config.ahead, signatures: AtomicUsize::new(0) })
    }
}

impl LeaseSigner {
    fn link(&self, credential: CredentialInfo, request: &SignRequest<'_>) -> SignedUrl {
        let number = self.signatures.fetch_add(1, Ordering::SeqCst);
        let mut url = "https://lease.example/".to_owned();
        encode::path_into(&mut url, request.location.key().as_str());
        let (generation, life) = (credential.generation, request.expires_in.seconds());
        let by = encode::query(request.attribution.unwrap_or_default());
        let when = request.signed_at.iso8601_basic();
        let query = format!("?credential={generation}&signature={number}&date={when}&life={life}&by={by}&end");
        url.push_str(&query);
        SignedUrl::new(url, request.operation, request.expires_at())
    }
}

#[async_trait]
impl Signer for LeaseSigner {
    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        let credential = self.cache.info().filter(|_| !self.slow)?;
        Some(Ok(self.link(credential, request)))
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        let held = self.cache.get(request.expires_at()).await?;
        Ok(self.link(held.info, request))
    }

    fn claims(&self, location: &ObjectLocation) -> bool {
        location.scheme() == Scheme::S3
    }

    fn credential(&self) -> Option<CredentialInfo> {
        self.cache.info()
    }

    async fn renew(&self, needed_until: Timestamp) -> Result<CredentialInfo, SignError> {
        self.cache.get(needed_until).await.map(|held| held.info)
    }

    async fn keep_fresh(&self) {
        if self.ahead {
            self.cache.keep_fresh().await;
        }
    }

    fn readiness(&self, now: Timestamp) -> Readiness {
        self.cache.readiness(now)
    }

    fn attributes(&self) -> bool {
        true
    }
}
