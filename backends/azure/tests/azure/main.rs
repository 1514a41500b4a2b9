//! The backend from outside: from a configuration to links.

#[cfg(test)]
mod account_key;
#[cfg(test)]
mod common;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod ready_made;
