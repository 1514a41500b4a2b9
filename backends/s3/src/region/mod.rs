//! Which region a bucket lies in.

mod flights;
mod name;
mod probe;
mod sites;
mod told;

pub(crate) use name::{KNOWN, Region, check_elsewhere};
pub(crate) use probe::Probe;
pub(crate) use sites::Sites;
