//! What the configuration says, before it is checked.

use presign_core::SecretRef;
use schemars::JsonSchema;
use serde::Deserialize;

/// The configuration of an Azure storage account.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The storage account's name.
    pub account: String,
    /// The account's blob endpoint as the gateway reaches it: by default `https://<account>.blob.core.windows.net`. In
    /// other clouds `https://<account>.blob.core.chinacloudapi.cn` and the like; for Azurite the account is part of the
    /// path: `http://127.0.0.1:10000/devstoreaccount1`.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The account's blob endpoint as clients reach it, when that is another: links point there.
    #[serde(default)]
    pub public_endpoint: Option<String>,
    /// The containers that may be signed for, by name or by glob (`team-*`); without any, all of the account's.
    #[serde(default)]
    pub containers: Vec<String>,
    /// The storage service version that signatures name, 2020-12-06 or later. By default 2020-12-06.
    #[serde(default)]
    pub sv: Option<String>,
    /// What signs.
    pub credentials: Credentials,
}

/// Where the right to sign comes from.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "source", rename_all = "snake_case", deny_unknown_fields)]
pub enum Credentials {
    /// One of the account's two keys.
    AccountKey {
        /// The key, in base64 as Azure shows it.
        account_key: SecretRef,
    },
    /// A ready-made shared access signature, good for what it was made for. It lives as long as it was made to live,
    /// whatever a rule says, and response headers cannot be added to it.
    Sas {
        /// The token (`sv=…&sig=…`), or the whole URL that it came in. A token for one blob only works as a URL.
        token: SecretRef,
    },
}
