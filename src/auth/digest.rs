//! What stands for a secret where secrets are remembered.

use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq};

/// The SHA-256 of a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Digest([u8; 32]);

impl Digest {
    /// Of a secret of some kind: secrets of different kinds never have the same digest.
    pub(crate) fn of(kind: &[u8], secret: &str) -> Self {
        Self(Sha256::new().chain_update(kind).chain_update(secret).finalize().into())
    }
}

impl ConstantTimeEq for Digest {
    fn ct_eq(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}
