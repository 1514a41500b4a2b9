//! The presign gateway: authenticated redirects to pre-signed storage URLs.

pub mod config;
pub mod endpoints;
pub mod storage_url;
pub mod web;
