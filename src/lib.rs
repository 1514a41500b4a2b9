//! The presign gateway: authenticated redirects to pre-signed storage URLs.

pub mod auth;
pub mod config;
pub mod lifetime;
pub mod rules;
