//! TLS from PEM files.

use std::{fmt, path::Path, path::PathBuf, sync::Arc};

use presign_core::{Environment, Timestamp};
use rustls::{ServerConfig, crypto::aws_lc_rs};
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use secrecy::{ExposeSecret, SecretString};
use tokio_rustls::TlsAcceptor;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::config::TlsConfig;

/// What is served over TLS.
#[derive(Clone)]
pub struct Tls {
    /// Takes connections.
    pub acceptor: TlsAcceptor,
    /// When the first of the certificates ends; `None` when none says so.
    pub expires_at: Option<Timestamp>,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tls").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// Certificate or key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file is not there, or not PEM of the right kind.
    #[error("{path}: {reason}", path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Certificate and key do not fit each other, or the key is of a kind that cannot be used.
    #[error("certificate and key cannot be used together: {0}")]
    Pair(#[from] rustls::Error),
}

/// Reads certificate and key, and prepares for TLS 1.2 and 1.3 with ALPN.
///
/// # Errors
/// Names the file that is at fault.
pub fn tls(config: &TlsConfig, environment: &dyn Environment) -> Result<Tls, TlsError> {
    let at = |path: &Path, reason: String| TlsError::File { path: path.to_owned(), reason };
    let read = |path: &Path| environment.read(path).map_err(|error| at(path, format!("cannot be read: {error}")));
    let chain: Vec<_> = CertificateDer::pem_slice_iter(read(&config.cert)?.as_bytes())
        .collect::<Result<_, _>>()
        .map_err(|error| at(&config.cert, format!("no PEM certificate could be read: {error}")))?;
    if chain.is_empty() {
        return Err(at(&config.cert, "the file holds no certificate".to_owned()));
    }
    let expires_at = chain.iter().filter_map(end).min();
    let text = SecretString::from(read(&config.key)?);
    let key = PrivateKeyDer::from_pem_slice(text.expose_secret().as_bytes())
        .map_err(|error| at(&config.key, format!("no PEM private key could be read: {error}")))?;
    let mut server = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Tls { acceptor: TlsAcceptor::from(Arc::new(server)), expires_at })
}

/// When a certificate ends ([RFC 5280, 4.1.2.5](https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5)).
fn end(certificate: &CertificateDer<'_>) -> Option<Timestamp> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    Some(Timestamp::from_unix(certificate.validity().not_after.timestamp()))
}
