//! An RSA key, parsed once.

use std::fmt;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject};

/// The private key of a service account.
pub(crate) struct RsaKey(RsaKeyPair);

impl RsaKey {
    /// Reads a key in PEM: PKCS #8, as Google hands it out, or PKCS #1.
    ///
    /// # Errors
    /// When it is none; the message does not repeat it.
    pub(crate) fn parse(pem: &str) -> Result<Self, &'static str> {
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| "has no private key in PEM")?;
        let pair = match &key {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err("has a private key that is not an RSA key"),
        };
        pair.map(Self).map_err(|_| "has a private key that is not an RSA key of 2,048 to 8,192 bits")
    }

    /// The signature, RSASSA-PKCS1-v1_5 with SHA-256. Takes a quarter of a millisecond and more.
    pub(crate) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature).ok()?;
        Some(signature)
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RsaKey(<redacted>)")
    }
}
