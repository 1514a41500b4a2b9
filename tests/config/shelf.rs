//! A kind of backend that there is only here.

use presign_core::{
    Backend, BuildContext, BuildError, HumanDuration, ObjectLocation, Operation, SecretRef, SignError, SignRequest,
    SignedUrl, Signer,
};
use schemars::JsonSchema;
use serde::Deserialize;

/// The kind `shelf`.
pub(crate) struct Shelf;

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// Where it is.
    pub(crate) endpoint: String,
    /// How long it lasts.
    pub(crate) lasting: Option<HumanDuration>,
    pub(crate) credentials: Option<Credentials>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(tag = "source", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Credentials {
    /// Written down.
    Static { access_key: String, secret_key: SecretRef },
    /// Found elsewhere.
    Env,
}

#[derive(Debug)]
pub(crate) struct Wood(String);

impl Backend for Shelf {
    const KIND: &'static str = "shelf";
    const OPERATIONS: &'static [Operation] = &[Operation::Get];
    type Config = Config;
    type Signer = Wood;

    async fn build(config: Config, context: BuildContext) -> Result<Wood, BuildError> {
        if let Some(Credentials::Static { access_key, secret_key }) = &config.credentials {
            let secret = secret_key.resolve(&*context.environment);
            secret.map_err(|message| BuildError::at("credentials.secret_key", message))?;
            assert!(!access_key.is_empty() && config.lasting.is_none());
        }
        Ok(Wood(config.endpoint))
    }
}

#[async_trait::async_trait]
impl Signer for Wood {
    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        let url = format!("{}/{}", self.0, request.location.key());
        Some(Ok(SignedUrl::new(url, request.operation, request.expires_at())))
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        self.sign_now(request).unwrap()
    }

    fn claims(&self, _: &ObjectLocation) -> bool {
        true
    }
}
