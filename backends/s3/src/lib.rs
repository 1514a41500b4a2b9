//! Amazon S3, and stores that speak its language: links signed with AWS Signature Version 4 in the query.
//!
//! Three things are kept apart. A [`Credential`] is what AWS gave out, and a provider hands out the one that is good now:
//! the one the configuration names, or one that is fetched and refreshed. A site is the store in one region: which host
//! and path lead to an object, and what signs there. [`S3Signer`] joins them, and [`presign_v4`] signs.

mod address;
mod aws;
mod build;
mod config;
mod credential;
mod credentials;
mod fetch;
mod multipart;
mod policy;
mod profile;
mod provider;
mod region;
mod signer;
mod site;
mod source;

pub use build::S3;
pub use config::{AddressingStyle, Config};
pub use credential::Credential;
pub use credentials::{AssumeRole, Credentials, Session, SessionPolicy, WebIdentity};
pub use signer::S3Signer;
