//! The presign gateway: authenticated redirects to pre-signed storage URLs.

pub mod config;
pub mod embedded;
pub mod endpoints;
pub mod registry;
pub mod storage_url;
pub mod web;

pub use registry::Registry;
