//! What the configuration says, before it is checked.

use std::path::PathBuf;

use presign_core::{SecretRef, ValueRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The configuration of Google Cloud Storage.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{"type": "gcs", "credentials": {"source": "adc"}, "buckets": ["ml-*"]}]))]
pub struct Config {
    /// The endpoint that links point to: by default `https://storage.googleapis.com`.
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Where the bucket stands in a link.
    #[serde(default)]
    pub url_style: UrlStyle,
    /// With `url_style: bucket_bound`, the host that stands for the bucket: `cdn.example.com`, or
    /// `http://cdn.example.com` for one without TLS.
    #[serde(default)]
    pub bound_host: Option<String>,
    /// The domain of a sovereign cloud, in place of `googleapis.com`; by default what the key file says.
    #[serde(default)]
    pub universe_domain: Option<String>,
    /// The buckets that may be signed for, by name or by glob (`team-*`); without any, all that the credential opens.
    #[serde(default)]
    pub buckets: Vec<String>,
    /// What signs.
    pub credentials: Credentials,
}

/// Where the bucket stands in a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum UrlStyle {
    /// `https://storage.googleapis.com/bucket/key`
    #[default]
    Path,
    /// `https://bucket.storage.googleapis.com/key`. A bucket whose name is not one label of a host name (a dot, an
    /// underscore) stays in the path, because no certificate covers it.
    VirtualHosted,
    /// `https://cdn.example.com/key`: a host of one's own for one bucket, which `buckets` names.
    BucketBound,
}

/// Where the right to sign comes from.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "source", rename_all = "snake_case", deny_unknown_fields)]
pub enum Credentials {
    /// A service account's key.
    ServiceAccount {
        /// The key file (JSON) as Google hands it out.
        key_file: PathBuf,
    },
    /// An HMAC key of a service account.
    Hmac {
        /// The access key (`GOOG…`).
        access_key: ValueRef,
        /// The secret.
        secret_key: SecretRef,
    },
    /// [Application Default Credentials](https://cloud.google.com/docs/authentication/application-default-credentials):
    /// what `GOOGLE_APPLICATION_CREDENTIALS` names, gcloud's own file, or the metadata server. A service account's key
    /// signs here; all else has IAM sign (`signBlob`).
    Adc {
        /// Where IAM signs: by default `https://iamcredentials.googleapis.com`, or its namesake in `universe_domain`.
        #[serde(default)]
        iam_endpoint: Option<String>,
    },
    /// A service account that IAM signs for (`signBlob`), because Application Default Credentials may act as it.
    Impersonate {
        /// The email of the account that signs.
        service_account: String,
        /// The emails of the accounts in between, each of which may act as the next one; the last may act as
        /// `service_account`.
        #[serde(default)]
        delegates: Vec<String>,
        /// Where IAM signs: by default `https://iamcredentials.googleapis.com`, or its namesake in `universe_domain`.
        #[serde(default)]
        iam_endpoint: Option<String>,
    },
}
