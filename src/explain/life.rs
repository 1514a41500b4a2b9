//! A link's life, with everything that bounds it.

use presign_core::Timestamp;
use serde::Serialize;

use crate::lifetime::{Lifetime, LifetimeInputs, TooShort, bounds};

/// A link's life, and what decided it.
#[derive(Debug, Clone, Serialize)]
pub struct Life {
    /// What decided it.
    pub bound: &'static str,
    /// How long it is, counted from `signed_at`; 0 for a link that would not be made.
    pub seconds: u64,
    /// The time that the signature carries, in RFC 3339.
    pub signed_at: String,
    /// Everything that bounds it.
    pub ends: Vec<End>,
}

/// When one bound ends a link's life.
#[derive(Debug, Clone, Serialize)]
pub struct End {
    /// The bound.
    pub bound: &'static str,
    /// How long it lets the link live.
    pub seconds: u64,
    /// When it ends it, in RFC 3339.
    pub at: String,
}

impl Life {
    pub(super) fn new(inputs: &LifetimeInputs, life: Result<Lifetime, TooShort>) -> Self {
        let (bound, seconds) = match life {
            Ok(life) => (life.bound, life.expires_in.seconds().into()),
            Err(too_short) => (too_short.bound, 0),
        };
        let signed_at = inputs.signed_at();
        let end = |at: Timestamp| (signed_at.until(at).as_secs(), at.to_string());
        let ends = bounds(inputs).map(|(bound, at)| {
            let (seconds, at) = end(at);
            End { bound: bound.label(), seconds, at }
        });
        Self { bound: bound.label(), seconds, signed_at: signed_at.to_string(), ends: ends.collect() }
    }
}
