//! Credentials that have to be fetched: where each comes from.

mod chain;
mod connector;
mod failure;
mod files;
mod imds;
mod policy;
mod source;
mod sts;
mod wire;
mod world;

pub(crate) use chain::Chain;
pub(crate) use files::{Files, check_access_key};
pub(crate) use imds::Imds;
pub(crate) use policy::session_policy;
pub(crate) use source::{Source, Way};
pub(crate) use sts::{AssumeRole, Session, WebIdentity};
pub(crate) use wire::{Clients, why};
pub(crate) use world::World;
