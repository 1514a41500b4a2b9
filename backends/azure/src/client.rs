//! The client that asks for tokens and keys.

use std::path::Path;

use presign_core::Environment;
use presign_credentials::http_client_builder;
use reqwest::{Certificate, Client};

/// A client that also trusts the authorities in a file.
///
/// # Errors
/// When the file is not one with certificates, or TLS cannot be set up.
pub(crate) fn build(ca_file: Option<&Path>, environment: &dyn Environment) -> Result<Client, String> {
    let mut builder = http_client_builder();
    if let Some(path) = ca_file {
        builder = builder.tls_certs_merge(authorities(path, environment)?);
    }
    builder.build().map_err(|error| format!("TLS cannot be set up: {error}"))
}

fn authorities(path: &Path, environment: &dyn Environment) -> Result<Vec<Certificate>, String> {
    let file = path.display();
    let pem = environment.read(path).map_err(|error| format!("the file {file} cannot be read: {error}"))?;
    let certificates = Certificate::from_pem_bundle(pem.as_bytes()).unwrap_or_default();
    if certificates.is_empty() {
        return Err(format!("the file {file} has no certificate in PEM"));
    }
    Ok(certificates)
}
