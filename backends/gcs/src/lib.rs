//! Google Cloud Storage: links with [V4 signatures](https://cloud.google.com/storage/docs/access-control/signed-urls).
//!
//! Two credentials: a service account's key file, whose RSA key takes a quarter of a millisecond for each link (off the
//! threads that serve requests), and an HMAC key, which takes a microsecond.

mod address;
mod build;
mod config;
mod credential;
mod key_file;
mod multipart;
mod policy;
mod rsa_key;
mod service_account;
mod signer;

pub use build::Gcs;
pub use config::{Config, Credentials, UrlStyle};
pub use signer::GcsSigner;
