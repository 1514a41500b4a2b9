//! What rules have to know about a backend.

use presign_core::{ExpiresIn, Operation, Scheme, Signer};

/// What a rule's settings are checked against.
#[derive(Debug, Clone)]
pub struct BackendFacts {
    /// What the backend can sign.
    pub operations: &'static [Operation],
    /// The longest life of its links.
    pub longest_life: ExpiresIn,
    /// The schemes of the locations that it serves; empty when that is unknown.
    pub schemes: Vec<Scheme>,
}

impl BackendFacts {
    /// What a signer says of itself, with the [`presign_core::Backend::OPERATIONS`] of its kind.
    #[must_use]
    pub fn of(signer: &dyn Signer, operations: &'static [Operation]) -> Self {
        let schemes = signer.endpoints().into_iter().map(|endpoint| endpoint.scheme).collect();
        Self { operations, longest_life: signer.longest_life(), schemes }
    }
}
