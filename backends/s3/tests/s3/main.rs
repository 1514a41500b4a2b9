//! The backend from outside: from a configuration to links.

#[cfg(test)]
mod assumed;
#[cfg(test)]
mod attribution;
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
mod faults;
#[cfg(test)]
mod fetched;
#[cfg(test)]
mod links;
#[cfg(test)]
mod regions;
#[cfg(test)]
mod stub;
#[cfg(test)]
mod verified;
#[cfg(test)]
mod world;
#[cfg(test)]
mod written;
