//! The backend from outside: from a configuration to links.

#[cfg(test)]
mod account_key;
#[cfg(test)]
mod cloud;
#[cfg(test)]
mod common;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod delegation;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod documentation;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod identities;
#[cfg(test)]
mod ready_made;
