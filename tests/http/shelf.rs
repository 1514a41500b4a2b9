//! A backend for tests. Its links say what reached it, byte for byte, and some of its buckets are out of order.

use std::time::Duration;

use presign_core::{
    Backend, BuildContext, BuildError, Endpoint, ObjectLocation, Operation, Readiness, Scheme, SignError, SignRequest,
    SignedUrl, Signer, Timestamp, encode,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// What is secret in every link.
pub(crate) const SIGNATURE: &str = "5ca1ab1e5ca1ab1e";

/// The kind `shelf`: all `s3://` URLs, and those of `minio:9000`.
pub(crate) struct Shelf;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Whether it says that it is not ready.
    #[serde(default)]
    not_ready: bool,
}

#[derive(Debug)]
pub(crate) struct ShelfSigner(Config);

impl Backend for Shelf {
    const KIND: &'static str = "shelf";
    const OPERATIONS: &'static [Operation] = &Operation::ALL;
    type Config = Config;
    type Signer = ShelfSigner;

    async fn build(config: Config, _: BuildContext) -> Result<ShelfSigner, BuildError> {
        Ok(ShelfSigner(config))
    }
}

#[async_trait::async_trait]
impl Signer for ShelfSigner {
    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        let location = request.location;
        Some(match location.bucket() {
            "credentials" => Err(SignError::Credentials("the store refused the key".to_owned())),
            "internal" => Err(SignError::Internal("a bug".to_owned())),
            "outage" => {
                let retry_after = Some(Duration::from_secs(17));
                Err(SignError::Unavailable { message: "the token service is down".to_owned(), retry_after })
            }
            "foreign" => Err(SignError::NotServed("another account's".to_owned())),
            bucket => {
                let mut url = format!("https://shelf.example/{}/{bucket}/", location.endpoint().unwrap_or("-"));
                encode::path_into(&mut url, location.key().as_str());
                let overrides = request.overrides;
                let disposition = encode::query(overrides.content_disposition.as_deref().unwrap_or_default());
                let content_type = encode::query(overrides.content_type.as_deref().unwrap_or_default());
                let (operation, life) = (request.operation, request.expires_in.seconds());
                let query = format!("?m={operation}&life={life}&cd={disposition}&ct={content_type}&sig={SIGNATURE}");
                url.push_str(&query);
                Ok(SignedUrl::new(url, operation, request.expires_at()))
            }
        })
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        self.sign_now(request).unwrap()
    }

    fn claims(&self, location: &ObjectLocation) -> bool {
        location.scheme() == Scheme::S3
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        vec![Endpoint::path(Scheme::S3, "minio:9000"), Endpoint::provider(Scheme::S3, "s3.shelf.example")]
    }

    fn readiness(&self, _: Timestamp) -> Readiness {
        if self.0.not_ready { Readiness::NotReady("it is being painted".to_owned()) } else { Readiness::Ready }
    }
}
