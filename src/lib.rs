//! The presign gateway: authenticated redirects to pre-signed storage URLs.

pub mod auth;
pub mod clock;
pub mod config;
pub mod embedded;
pub mod endpoints;
pub mod environment;
pub mod lifetime;
pub mod registry;
pub mod rules;
pub mod server;
pub mod storage_url;
pub mod web;

pub use registry::Registry;
