//! Azure Blob Storage: links with a shared access signature (SAS).
//!
//! Two credentials: the account's key, with which every link gets a *service SAS* of its own, and a ready-made SAS, which
//! is put behind every URL as it is. Azure's containers and blob names are buckets and keys here.
//!
//! What a service SAS says is in [`ServiceSas`], what signs it in [`AccountKey`]: a user delegation key, when it comes,
//! is a second signer beside that key, with a string-to-sign of its own.

mod account_key;
mod base_url;
mod blocks;
mod build;
mod config;
mod credential;
mod policy;
mod ready_made;
mod service_sas;
mod service_version;
mod signer;
mod store;
mod token;

#[cfg(doc)]
use crate::{account_key::AccountKey, service_sas::ServiceSas};

pub use build::Azure;
pub use config::{Config, Credentials};
pub use signer::AzureSigner;
