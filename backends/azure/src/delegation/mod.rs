//! Signing in somebody's name: an identity's user delegation key instead of the account's key.

mod correlation;
mod key;
mod layout;
mod source;

pub(crate) use correlation::correlation_id;
pub(crate) use key::{Delegation, DelegationKey};
pub(crate) use layout::Layout;
pub(crate) use source::DelegationKeySource;
