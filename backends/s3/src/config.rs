//! What the configuration says, before it is checked.

use presign_core::{SecretRef, ValueRef};
use schemars::JsonSchema;
use serde::Deserialize;

/// The configuration of an S3 store.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The region of the buckets, such as `eu-west-1`: it is part of every signature. For a store that is not AWS,
    /// whatever region it is set to, mostly `us-east-1`.
    pub region: String,
    /// The store as the gateway reaches it, such as `http://minio:9000`. Left out, it is AWS.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// The store as clients reach it, when that is another: links point there, and its host is signed.
    #[serde(default)]
    pub public_endpoint: Option<String>,
    /// Where the bucket stands in a link.
    #[serde(default)]
    pub addressing_style: AddressingStyle,
    /// AWS only: hosts with both IPv4 and IPv6 addresses.
    #[serde(default)]
    pub dualstack: bool,
    /// AWS only: hosts with FIPS 140 validated cryptography.
    #[serde(default)]
    pub fips: bool,
    /// AWS only: Transfer Acceleration.
    #[serde(default)]
    pub accelerate: bool,
    /// The buckets that may be signed for, by name or by glob (`ml-*`); without any, all that the credential may read.
    #[serde(default)]
    pub buckets: Vec<String>,
    /// What signs.
    pub credentials: Credentials,
}

/// Where the bucket stands in a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AddressingStyle {
    /// On AWS in the host, but for names that cannot stand there (dots, upper case); elsewhere in the path.
    #[default]
    Auto,
    /// In the host, `bucket.host/key`, but for names that cannot stand there.
    Virtual,
    /// In the path, `host/bucket/key`.
    Path,
}

/// Where the right to sign comes from.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "source", rename_all = "snake_case", deny_unknown_fields)]
pub enum Credentials {
    /// An access key of its own.
    Static {
        /// The access key's id.
        access_key: ValueRef,
        /// The secret that belongs to it.
        secret_key: SecretRef,
        /// The session token, for a temporary access key.
        #[serde(default)]
        session_token: Option<SecretRef>,
    },
    /// The environment variables `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, if set, `AWS_SESSION_TOKEN`.
    // With braces, because serde lets a variant without them have any field.
    Env {},
    /// An access key in AWS's credentials or config file (`~/.aws/credentials`, `~/.aws/config`, or where
    /// `AWS_SHARED_CREDENTIALS_FILE` and `AWS_CONFIG_FILE` point to).
    Profile {
        /// The profile; by default what `AWS_PROFILE` says, or `default`.
        #[serde(default)]
        profile: Option<String>,
    },
}
