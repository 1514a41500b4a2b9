//! What an application with a certificate proves itself with.

use std::{fmt, time::Duration};

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand::SystemRandom,
    signature::{RSA_PSS_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use presign_core::Timestamp;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use uuid::Uuid;

/// How long an assertion is good.
const LIFE: Duration = Duration::from_mins(10);

/// A private key, and the certificate that Entra ID knows it by.
pub(crate) struct Certificate {
    key: RsaKeyPair,
    /// SHA-256 of the certificate, in base64url.
    thumbprint: String,
}

impl Certificate {
    /// Reads a text in PEM with an RSA key and its certificate, in any order.
    ///
    /// # Errors
    /// Says what is missing; nothing of the text is repeated.
    pub(crate) fn parse(pem: &SecretString) -> Result<Self, String> {
        let pem = pem.expose_secret().as_bytes();
        let certificate = CertificateDer::from_pem_slice(pem).map_err(|_| "has no certificate in PEM")?;
        let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| "has no private key in PEM (without a password)")?;
        let key = match &key {
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            _ => return Err("has a private key that is not an RSA key: Entra ID takes no other".to_owned()),
        };
        let key = key.map_err(|_| "has a private key that is not an RSA key of 2,048 to 8,192 bits")?;
        Ok(Self { key, thumbprint: URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate.as_ref())) })
    }

    /// An [assertion](https://learn.microsoft.com/entra/identity-platform/certificate-credentials) for a token endpoint.
    ///
    /// # Errors
    /// When the key cannot sign.
    pub(crate) fn assertion(&self, client_id: &str, audience: &str, now: Timestamp) -> Result<SecretString, String> {
        let header = json!({"alg": "PS256", "typ": "JWT", "x5t#S256": self.thumbprint});
        let claims = json!({
            "aud": audience,
            "iss": client_id,
            "sub": client_id,
            "jti": Uuid::new_v4().to_string(),
            "nbf": now.unix(),
            "exp": now.plus(LIFE).unix(),
        });
        let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
        let signed = format!("{header}.{claims}");
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key
            .sign(&RSA_PSS_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature)
            .map_err(|_| "has a private key that cannot sign")?;
        Ok(SecretString::from(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("thumbprint", &self.thumbprint).finish_non_exhaustive()
    }
}
