//! `signing`: how long links live, and how long they are remembered.

use presign_core::HumanDuration;
use schemars::JsonSchema;
use serde::Deserialize;

/// How long links live.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct SigningConfig {
    /// The life of a link whose rule says nothing.
    pub default_ttl: HumanDuration,
    /// A link that could not live this long is refused.
    pub min_ttl: HumanDuration,
    /// How much sooner than the link itself a browser forgets the redirect to it.
    pub redirect_cache_margin: HumanDuration,
}

impl Default for SigningConfig {
    fn default() -> Self {
        Self {
            default_ttl: HumanDuration::from_secs(3600),
            min_ttl: HumanDuration::from_secs(120),
            redirect_cache_margin: HumanDuration::from_secs(60),
        }
    }
}
