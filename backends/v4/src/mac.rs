//! HMAC-SHA256, keyed once and used often.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac, digest::Key};
use sha2::{Digest, Sha256};

/// A key, kept as the hash states that it leads to: half of a short message's work is done once.
#[derive(Clone)]
pub(crate) struct MacKey(Hmac<Sha256>);

impl MacKey {
    /// From a key of any length ([RFC 2104 section 2](https://www.rfc-editor.org/rfc/rfc2104#section-2)).
    pub(crate) fn new(key: &[u8]) -> Self {
        let mut block = Key::<Hmac<Sha256>>::default();
        if key.len() > block.len() {
            return Self::new(&Sha256::digest(key));
        }
        block.iter_mut().zip(key).for_each(|(slot, byte)| *slot = *byte);
        Self(Hmac::new(&block))
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 32] {
        self.0.clone().chain_update(message).finalize().into_bytes().into()
    }
}

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey(<redacted>)")
    }
}
