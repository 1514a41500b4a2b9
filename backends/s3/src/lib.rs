//! Amazon S3, and stores that speak its language: links signed with AWS Signature Version 4 in the query.
//!
//! Three things are kept apart. A [`Credential`] is what AWS gave out; a provider hands out the one that is good now
//! (today: the one the configuration names; one that fetches and refreshes them is another provider). An address says
//! which host and path lead to an object. [`S3Signer`] joins them, and [`presign_v4`] signs.

mod address;
mod aws;
mod build;
mod config;
mod credential;
mod keyring;
mod multipart;
mod policy;
mod profile;
mod region;
mod signer;
mod source;

pub use build::S3;
pub use config::{AddressingStyle, Config, Credentials};
pub use credential::Credential;
pub use signer::S3Signer;
