//! Who a caller is.

mod principal;

pub use principal::Principal;
