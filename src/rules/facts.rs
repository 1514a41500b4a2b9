//! What rules have to know about a backend.

use presign_core::{ExpiresIn, Operation, ResponseOverrides, Scheme, Signer};

/// What a rule's settings are checked against.
#[derive(Debug, Clone)]
pub struct BackendFacts {
    /// What the backend can sign.
    pub operations: &'static [Operation],
    /// The longest life of its links.
    pub longest_life: ExpiresIn,
    /// The schemes of the locations that it serves; empty when that is unknown.
    pub schemes: Vec<Scheme>,
    /// The response headers that it cannot sign, as the fields of a rule's `response`, each with the reason.
    pub refused: Vec<(&'static str, &'static str)>,
}

impl BackendFacts {
    /// What a signer says of itself, with the [`presign_core::Backend::OPERATIONS`] of its kind.
    #[must_use]
    pub fn of(signer: &dyn Signer, operations: &'static [Operation]) -> Self {
        let schemes = signer.endpoints().into_iter().map(|endpoint| endpoint.scheme).collect();
        Self { operations, longest_life: signer.longest_life(), schemes, refused: refused(signer) }
    }
}

fn refused(signer: &dyn Signer) -> Vec<(&'static str, &'static str)> {
    let value = || Some("a".to_owned());
    let headers = [
        ("content_disposition", ResponseOverrides { content_disposition: value(), ..ResponseOverrides::default() }),
        ("content_type", ResponseOverrides { content_type: value(), ..ResponseOverrides::default() }),
        ("cache_control", ResponseOverrides { cache_control: value(), ..ResponseOverrides::default() }),
    ];
    headers.iter().filter_map(|(field, overrides)| Some((*field, signer.refuses(overrides)?))).collect()
}
