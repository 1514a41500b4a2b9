//! The backend from outside: from a configuration to links.

#[cfg(test)]
mod aws_files;
#[cfg(test)]
mod common;
#[cfg(test)]
mod configuration;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod links;
#[cfg(test)]
mod verified;
#[cfg(test)]
mod written;
