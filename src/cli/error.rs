//! Why a command could not be carried out.

use std::io;

use crate::{config::Problems, serve::ServeError};

/// Why a command could not be carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum CliError {
    #[error(transparent)]
    Serve(#[from] ServeError),
    #[error("{0}")]
    Configuration(#[from] Problems),
    #[error("the backend '{name}' is not configured: there are {known}")]
    UnknownBackend { name: String, known: String },
    #[error(
        "the configuration has no server.base_path, and below '/' the WebApp is: set it, such as base_path: /presign"
    )]
    NoBasePath,
    #[error("how browsers reach the gateway is not known: set server.public_url, or pass --url")]
    NoPublicUrl,
    #[error("{name}: {error}")]
    Unreadable { name: String, error: io::Error },
    #[error(transparent)]
    NoHocon(#[from] crate::clearml_conf::Unreadable),
    #[error(
        "no store is in these files: sdk.aws.s3, sdk.google.storage and sdk.azure.storage (or the same without sdk) are \
         empty"
    )]
    NoStores,
    #[error("{0}")]
    Unhealthy(String),
    #[error("reading or writing failed: {0}")]
    Stream(#[from] io::Error),
    #[error("metrics: {0}")]
    Metrics(#[from] prometheus::Error),
    #[error("the answer is no JSON: {0}")]
    Json(#[from] serde_json::Error),
}
