//! Google Cloud Storage: links with [V4 signatures](https://cloud.google.com/storage/docs/access-control/signed-urls).
//!
//! Three ways to sign: a service account's key file, whose RSA key takes a quarter of a millisecond for each link (off
//! the threads that serve requests); an HMAC key, which takes a microsecond; and no key at all, when IAM signs, which
//! takes a call over the network.
//!
//! Access tokens for IAM are got here, not by `google-cloud-auth`: that library starts its calls when it is built, does
//! not tell when a token ends, stops asking for good after one refusal, puts bodies of answers into its errors, and
//! reads the process's environment by itself.

mod adc;
mod address;
mod answer;
mod build;
mod config;
mod credential;
mod credential_file;
mod iam;
mod key_account;
mod key_file;
mod multipart;
mod policy;
mod rsa_key;
mod service_account;
mod service_address;
mod signatory;
mod signer;
mod signing_threads;
mod sources;
mod token;

pub use build::Gcs;
pub use config::{Config, Credentials, UrlStyle};
pub use signer::GcsSigner;
