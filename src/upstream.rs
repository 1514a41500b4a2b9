//! The gateway's own link to an object that it passes on.

use presign_core::SignedUrl;

use crate::delivery::Passage;

/// A link for the gateway itself, to pass an object's bytes on.
#[derive(Debug)]
pub struct Upstream {
    /// The link.
    pub signed: SignedUrl,
    /// Which objects are passed on.
    pub passage: Passage,
    /// Whether the rule says how long the object may be cached.
    pub has_cache_control: bool,
}
