//! What the configuration says, before it is checked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Credentials;

/// The configuration of an S3 store.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{
    "type": "s3", "region": "eu-west-1", "credentials": {"source": "default"}, "buckets": ["ml-artifacts"],
}]))]
pub struct Config {
    /// The region of the buckets, such as `eu-west-1`: it is part of every signature. For a store that is not AWS,
    /// whatever region it is set to, mostly `us-east-1`. Left out (or `auto` on AWS), each bucket's region is asked for
    /// when the first link to it is signed. A region that turns out wrong for a bucket is put right in the background.
    #[serde(default)]
    pub region: Option<String>,
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
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
