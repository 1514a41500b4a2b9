//! The presign gateway: authenticated redirects to pre-signed storage URLs.

pub mod config;
pub mod embedded;
pub mod registry;

pub use registry::Registry;
