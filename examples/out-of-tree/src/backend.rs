//! From configuration to signer.

use presign_core::{Backend, BuildContext, BuildError, Operation, Origin, Problems, SecretRef};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::SwiftSigner;

/// The kind `swift`.
#[derive(Debug)]
pub struct Swift;

/// An account of a Swift cluster.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SwiftConfig {
    /// The cluster as clients reach it: `https://host[:port]`.
    pub endpoint: String,
    /// The account as it stands in Swift's URLs, such as `AUTH_ml`.
    pub account: String,
    /// The account's `X-Account-Meta-Temp-URL-Key`.
    pub temp_url_key: SecretRef,
}

impl Backend for Swift {
    const KIND: &'static str = "swift";
    const OPERATIONS: &'static [Operation] = &Operation::ALL;
    type Config = SwiftConfig;
    type Signer = SwiftSigner;

    async fn build(config: SwiftConfig, context: BuildContext) -> Result<SwiftSigner, BuildError> {
        let mut problems = Problems::default();
        let cluster = problems.keep("endpoint", Origin::parse(&config.endpoint));
        let account = problems.keep("account", check_account(config.account));
        let key = problems.keep("temp_url_key", config.temp_url_key.resolve(context.environment.as_ref()));
        let ((cluster, account), key) = problems.unless_any(cluster.zip(account).zip(key))?;
        SwiftSigner::new(cluster, account, &key)
    }
}

fn check_account(account: String) -> Result<String, String> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if !account.is_empty() && account.bytes().all(is_allowed) {
        return Ok(account);
    }
    Err("is the part of Swift's URLs after /v1/, such as AUTH_ml".to_owned())
}
