//! The backend's part of the configuration.

use std::path::PathBuf;

use presign_core::SecretRef;
use schemars::JsonSchema;
use serde::Deserialize;

/// A folder that the gateway serves itself.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{"type": "local", "root": "/srv/artifacts", "bucket": "artifacts"}]))]
pub struct LocalConfig {
    /// The folder. The object `local://<bucket>/<key>` is the file `<root>/<key>`; symbolic links are not followed.
    pub root: PathBuf,
    /// The bucket's name in storage URLs, of the operator's choice.
    pub bucket: String,
    /// What links are signed with: 32 characters or more, the same for all replicas and for `sign` on the command line.
    /// Without it the gateway makes up its own at each start, and links end with the process.
    #[serde(default)]
    pub link_secret: Option<SecretRef>,
}
