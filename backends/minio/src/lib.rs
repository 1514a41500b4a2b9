//! MinIO, and other S3 stores on one's own hosts: the S3 signer with defaults that fit them.
//!
//! The bucket stands in the path, the region is `us-east-1`, plain http will do, and where clients reach the store may be
//! another host than where the gateway does. Locations name it by host and port, by host alone, or not at all, when a
//! rule leads there.

mod config;

pub use config::Config;

use presign_core::{AccessNeed, Backend, BuildContext, BuildError, Operation, Policy};
use presign_s3::{S3, S3Signer};

/// The backend kind `minio`.
#[derive(Debug)]
pub struct Minio;

impl Backend for Minio {
    const KIND: &'static str = "minio";
    const OPERATIONS: &'static [Operation] = S3::OPERATIONS;

    type Config = Config;
    type Signer = S3Signer;

    async fn build(config: Config, context: BuildContext) -> Result<S3Signer, BuildError> {
        S3::build(config.into(), context).await
    }

    fn policy(config: &Config, needs: &[AccessNeed]) -> Option<Policy> {
        S3::policy(&config.clone().into(), needs)
    }
}
