//! What AWS gave out, and who hands it to the signer.

use std::{fmt, sync::Arc};

use presign_core::Timestamp;
use secrecy::SecretString;

/// An access key with its secret.
#[derive(Debug, Clone)]
pub struct Credential {
    /// The access key's id. It stands in every URL and is no secret.
    pub access_key: String,
    /// The secret that signs.
    pub secret_key: SecretString,
    /// The session token, for a temporary access key.
    pub session_token: Option<SecretString>,
    /// When a temporary access key ends, where that is known.
    pub expires_at: Option<Timestamp>,
}

/// Hands out the credential that is good now.
pub(crate) trait CredentialProvider: fmt::Debug + Send + Sync {
    /// The credential at hand. Never waits; the same `Arc` until there is another credential.
    fn current(&self) -> Arc<Credential>;
}

/// A credential that stays.
#[derive(Debug)]
pub(crate) struct StaticCredential(Arc<Credential>);

impl StaticCredential {
    pub(crate) fn new(credential: Credential) -> Self {
        Self(Arc::new(credential))
    }
}

impl CredentialProvider for StaticCredential {
    fn current(&self) -> Arc<Credential> {
        Arc::clone(&self.0)
    }
}
