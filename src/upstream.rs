//! The gateway's own link to an object that it passes on.

use presign_core::SignedUrl;

use crate::{
    delivery::Passage,
    plan::{Obstacle, Plan},
};

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

/// Signs one, as planned for the client.
///
/// # Errors
/// As for the client's own.
pub(crate) async fn upstream(plan: Plan<'_>, passage: Passage) -> Result<Upstream, Obstacle> {
    let has_cache_control = plan.overrides.cache_control.is_some();
    let (signed, _) = plan.for_gateway().with_credential().await?.sign().await?;
    Ok(Upstream { signed, passage, has_cache_control })
}
