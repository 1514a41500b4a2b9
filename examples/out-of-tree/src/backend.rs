//! From configuration to signer.

use presign_core::{Backend, BuildContext, BuildError, Operation, SecretRef};
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
        let authority = check_endpoint(&config.endpoint);
        let account = check_account(&config.account);
        let key = config.temp_url_key.resolve(context.environment.as_ref());
        let key = key.map_err(|message| BuildError::at("temp_url_key", message));
        match (authority, account, key) {
            (Ok(authority), Ok(()), Ok(key)) => SwiftSigner::new(config.endpoint, authority, config.account, &key),
            (authority, account, key) => Err(join([authority.err(), account.err(), key.err()])),
        }
    }
}

/// Checks a URL that is an origin, and returns its `host[:port]`.
fn check_endpoint(endpoint: &str) -> Result<String, BuildError> {
    let authority = endpoint.strip_prefix("https://").or_else(|| endpoint.strip_prefix("http://"));
    let is_allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b".-:[]".contains(&byte);
    match authority {
        Some(authority) if !authority.is_empty() && authority.bytes().all(is_allowed) => Ok(authority.to_owned()),
        _ => Err(BuildError::at("endpoint", "write it as https://host or https://host:port, in lower case")),
    }
}

fn check_account(account: &str) -> Result<(), BuildError> {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-".contains(&byte);
    if !account.is_empty() && account.bytes().all(is_allowed) {
        return Ok(());
    }
    Err(BuildError::at("account", "is the part of Swift's URLs after /v1/, such as AUTH_ml"))
}

fn join(errors: impl IntoIterator<Item = Option<BuildError>>) -> BuildError {
    errors.into_iter().flatten().fold(BuildError { problems: Vec::new() }, BuildError::and)
}
