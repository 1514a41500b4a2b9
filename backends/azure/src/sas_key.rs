//! What signs a SAS: an account's key, or a user delegation key.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// A key, decoded once and kept as the state that HMAC-SHA256 starts from.
#[derive(Clone)]
pub(crate) struct SasKey(Hmac<Sha256>);

impl SasKey {
    /// Reads a key in base64; `None` when it is none.
    pub(crate) fn decode(text: &SecretString) -> Option<Self> {
        let key = STANDARD.decode(text.expose_secret().trim()).ok().filter(|key| !key.is_empty())?;
        Hmac::new_from_slice(&key).map(Self).ok()
    }

    /// The signature of a string-to-sign, in base64.
    pub(crate) fn sign(&self, string_to_sign: &str) -> String {
        let mut hmac = self.0.clone();
        hmac.update(string_to_sign.as_bytes());
        STANDARD.encode(hmac.finalize().into_bytes())
    }
}

impl fmt::Debug for SasKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SasKey(<redacted>)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(text: &str) -> Option<SasKey> {
        SasKey::decode(&SecretString::from(text))
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "not base64!", "c2VjcmV0LWtleQ", "c2VjcmV0LWtleQ== c2VjcmV0"] {
            assert!(decode(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_key_is_read_with_blanks_around_it_and_never_shown() {
        let key = decode(" c2VjcmV0LWtleQ== ").unwrap();
        assert_eq!(format!("{key:?}"), "SasKey(<redacted>)");
        assert_eq!(key.sign("x"), decode("c2VjcmV0LWtleQ==").unwrap().sign("x"));
    }
}
