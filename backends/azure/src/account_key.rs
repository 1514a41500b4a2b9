//! The account's key: what signs a service SAS.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// An account key, decoded once and kept as the state that HMAC-SHA256 starts from.
#[derive(Clone)]
pub(crate) struct AccountKey(Hmac<Sha256>);

impl AccountKey {
    /// Reads a key in base64.
    ///
    /// # Errors
    /// When it is none; the message does not repeat it.
    pub(crate) fn parse(text: &SecretString) -> Result<Self, String> {
        let wrong = "is not a storage account key: copy key1 or key2 (base64) from the account's access keys";
        let key = STANDARD.decode(text.expose_secret().trim()).map_err(|_| wrong.to_owned())?;
        if key.is_empty() {
            return Err(wrong.to_owned());
        }
        Hmac::new_from_slice(&key).map(Self).map_err(|_| wrong.to_owned())
    }

    /// The signature of a string-to-sign, in base64.
    pub(crate) fn sign(&self, string_to_sign: &str) -> String {
        let mut hmac = self.0.clone();
        hmac.update(string_to_sign.as_bytes());
        STANDARD.encode(hmac.finalize().into_bytes())
    }
}

impl fmt::Debug for AccountKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccountKey(<redacted>)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<AccountKey, String> {
        AccountKey::parse(&SecretString::from(text))
    }

    #[test]
    fn what_is_no_key_is_refused_and_not_repeated() {
        for text in ["", "not base64!", "c2VjcmV0LWtleQ", "c2VjcmV0LWtleQ== c2VjcmV0"] {
            let error = parse(text).unwrap_err();
            assert!(error.contains("key1 or key2"), "{error}");
            assert!(text.is_empty() || !error.contains(text), "{error}");
        }
    }

    #[test]
    fn a_key_is_read_with_blanks_around_it_and_never_shown() {
        let key = parse(" c2VjcmV0LWtleQ== ").unwrap();
        assert_eq!(format!("{key:?}"), "AccountKey(<redacted>)");
        assert_eq!(key.sign("x"), parse("c2VjcmV0LWtleQ==").unwrap().sign("x"));
    }
}
