//! What the configuration says.

use presign_s3::{AddressingStyle, Credentials};
use schemars::JsonSchema;
use serde::Deserialize;

/// The configuration of a MinIO store.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{
    "type": "minio", "endpoint": "http://minio:9000", "public_endpoint": "https://minio.example",
    "credentials": {"source": "static", "access_key": {"env": "MINIO_KEY"}, "secret_key": {"env": "MINIO_SECRET"}},
}]))]
pub struct Config {
    /// The store as the gateway reaches it, such as `http://minio:9000`.
    pub endpoint: String,
    /// The store as clients reach it, when that is another: links point there, and its host is signed.
    #[serde(default)]
    pub public_endpoint: Option<String>,
    /// The region that the store is set to.
    #[serde(default = "default_region")]
    pub region: String,
    /// Where the bucket stands in a link: in the path, unless the store is set up for `virtual`.
    #[serde(default)]
    pub addressing_style: AddressingStyle,
    /// The buckets that may be signed for, by name or by glob (`ml-*`); without any, all that the credential may read.
    #[serde(default)]
    pub buckets: Vec<String>,
    /// What signs.
    pub credentials: Credentials,
}

/// MinIO's own default.
fn default_region() -> String {
    "us-east-1".to_owned()
}

impl From<Config> for presign_s3::Config {
    fn from(config: Config) -> Self {
        let Config { endpoint, public_endpoint, region, addressing_style, buckets, credentials } = config;
        Self {
            region: Some(region),
            credentials: credentials.with_sts_endpoint(&endpoint),
            endpoint: Some(endpoint),
            public_endpoint,
            addressing_style,
            dualstack: false,
            fips: false,
            accelerate: false,
            buckets,
        }
    }
}
