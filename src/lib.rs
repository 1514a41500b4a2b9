//! The presign gateway: authenticated redirects to pre-signed storage URLs.

pub mod admin;
pub mod auth;
mod cli;
pub mod clock;
pub mod config;
pub mod embedded;
pub mod endpoints;
pub mod environment;
pub mod existence;
pub mod explain;
pub mod freshness;
pub mod gateway;
pub mod lifetime;
pub mod link_cache;
mod live;
pub mod metrics;
pub mod needs;
pub mod online;
mod plan;
pub mod recording;
pub mod refusal;
pub mod registry;
pub mod reload;
pub mod request;
pub mod rules;
pub mod serve;
pub mod server;
mod shutdown;
pub mod snapshot;
pub mod storage_url;
pub mod terms;
pub mod web;

pub use cli::run;
pub use registry::Registry;
