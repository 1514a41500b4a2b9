//! What AWS gave out.

use presign_core::Timestamp;
use secrecy::{ExposeSecret, SecretString};

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

impl Credential {
    /// Whether two are one and the same.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let token = |credential: &Self| credential.session_token.as_ref().map(|token| token.expose_secret().to_owned());
        self.access_key == other.access_key
            && self.secret_key.expose_secret() == other.secret_key.expose_secret()
            && token(self) == token(other)
    }
}
