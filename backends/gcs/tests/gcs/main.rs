//! The backend from outside: from a configuration to links.

#[cfg(test)]
mod amazon;
#[cfg(test)]
mod common;
#[cfg(test)]
mod configuration;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod differential;
#[cfg(test)]
mod documentation;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod google;
#[cfg(test)]
mod keyless;
#[cfg(test)]
mod links;
#[cfg(test)]
mod rotation;
#[cfg(test)]
mod stub;
#[cfg(test)]
mod tokens;
#[cfg(test)]
mod vectors;
