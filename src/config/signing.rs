//! `signing`: how long links live, and how long they are remembered.

use presign_core::HumanDuration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How long links live.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("examples" = [{"default_ttl": "15m", "stable_window": "5m"}]))]
pub struct SigningConfig {
    /// The life of a link whose rule has no `ttl`.
    pub default_ttl: HumanDuration,
    /// A link that could not live this long is refused (503).
    pub min_ttl: HumanDuration,
    /// Signatures are dated back to the start of a window this long, so that the same object asked for again has the
    /// same link, on every replica, and browsers find it in their cache. `0` dates each signature as it is made.
    pub stable_window: HumanDuration,
    /// How many links of each backend are remembered, where signing takes long (RSA, a call to a service); `0`: none.
    pub link_cache_entries: u64,
    /// How much sooner than the backend's (temporary) credential a link ends.
    pub credential_margin: HumanDuration,
    /// What to do when the backend's credential ends before the link should.
    pub short_credential: ShortCredential,
    /// How much sooner than the link itself a browser forgets the redirect to it.
    pub redirect_cache_margin: HumanDuration,
}

impl Default for SigningConfig {
    fn default() -> Self {
        Self {
            default_ttl: HumanDuration::from_secs(3600),
            min_ttl: HumanDuration::from_secs(120),
            stable_window: HumanDuration::from_secs(300),
            link_cache_entries: 4096,
            credential_margin: HumanDuration::from_secs(60),
            short_credential: ShortCredential::default(),
            redirect_cache_margin: HumanDuration::from_secs(60),
        }
    }
}

/// What to do when the backend's credential ends before the link should.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShortCredential {
    /// Get a new credential; if that is too short as well, shorten the link.
    #[default]
    RefreshThenClamp,
    /// Get a new credential; if that is too short as well, refuse the link (503).
    RefreshThenRefuse,
    /// Shorten the link.
    Clamp,
}
