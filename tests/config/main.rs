//! Configurations as operators write them: what is accepted, what is refused, and what is said about it.

#![cfg(test)]

mod checks;
#[cfg(all(feature = "s3", feature = "minio"))]
mod documents;
#[cfg(feature = "local")]
mod embedded;
mod environment;
#[cfg(all(feature = "s3", feature = "minio", feature = "gcs", feature = "azure", feature = "local"))]
mod examples;
mod problems;
mod registry;
mod secrets;
mod shelf;
mod syntax;
#[cfg(all(feature = "s3", feature = "minio", feature = "gcs", feature = "azure", feature = "local"))]
mod validator;

use presign_core::FixedEnvironment;
use presign_gateway::{
    Registry,
    config::{self, Config, Loaded, Problems},
};

use crate::shelf::Shelf;

/// A registry of one kind, `shelf`.
fn registry() -> Registry {
    Registry::empty().with::<Shelf>()
}

fn load_with(text: &str, variables: &[(&str, &str)]) -> Result<Loaded, Problems> {
    let environment = FixedEnvironment::new(variables.iter().copied());
    config::load(text, "config.yaml", &environment, &registry())
}

/// The configuration that a text makes, with these variables.
fn accepted_with(text: &str, variables: &[(&str, &str)]) -> Config {
    load_with(text, variables).unwrap_or_else(|problems| panic!("{problems}")).config
}

/// The problems of a text, one a line.
fn refused(text: &str) -> String {
    refused_with(text, &[])
}

fn refused_with(text: &str, variables: &[(&str, &str)]) -> String {
    load_with(text, variables).expect_err("this configuration is not accepted").to_string()
}

/// The warnings of a text that is accepted, one a line.
fn warnings(text: &str) -> String {
    load_with(text, &[]).unwrap_or_else(|problems| panic!("{problems}")).warnings.to_string()
}

/// The smallest configuration without a warning, to which `more` is added.
fn with_more(more: &str) -> String {
    format!("{SMALL}{more}")
}

const SMALL: &str = "\
auth: {provider: none}
backends: {oak: {type: shelf, endpoint: http://oak}}
rules: [{name: all, match: {bucket: b}, backend: oak}]
";
