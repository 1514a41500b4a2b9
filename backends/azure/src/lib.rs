//! Azure Blob Storage: links with a shared access signature (SAS).
//!
//! Three kinds of credential: the account's key, with which every link gets a *service SAS* of its own; an identity of
//! Entra ID, with whose *user delegation key* every link gets a *user delegation SAS* of its own; and a ready-made SAS,
//! which is put behind every URL as it is. Azure's containers and blob names are buckets and keys here.
//!
//! What a SAS says is in [`Sas`](crate::sas), what an identity's key adds to it in [`Delegation`](crate::delegation),
//! and how an identity proves itself in [`Identity`](crate::identity).

mod answer;
mod base_url;
mod blocks;
mod build;
mod client;
mod config;
mod credential;
mod delegation;
mod identity;
mod policy;
mod ready_made;
mod sas;
mod sas_key;
mod service_version;
mod signer;
mod store;
mod token;

pub use build::Azure;
pub use config::{Config, Credentials};
pub use signer::AzureSigner;
