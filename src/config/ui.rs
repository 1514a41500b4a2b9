//! `ui`: the open-source ClearML WebApp.

use schemars::JsonSchema;
use serde::Deserialize;

/// What the gateway does for the open-source ClearML WebApp, which does not know it: `ui.js` and what that leads to.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("examples" = [{"match": ["s3://", "gs://"], "exclude": ["s3://public-datasets/"]}]))]
pub struct UiConfig {
    /// What the URLs start with that `ui.js` makes the WebApp open through the gateway.
    #[serde(rename = "match")]
    pub matches: Vec<String>,
    /// What the URLs start with that `ui.js` leaves to the WebApp all the same.
    pub exclude: Vec<String>,
    /// Whether an image of a plot (`proxy=1`) is passed through the gateway, so that buckets need no CORS settings. Only
    /// PNG, JPEG, GIF, WebP and BMP are; anything else is redirected to.
    pub proxy_images: bool,
    /// Whether a key that does not exist as it is spelt is looked for under the spellings that the WebApp and old SDKs
    /// are known to garble keys to. Asks the store, for such keys only.
    pub key_fallbacks: bool,
}

impl Default for UiConfig {
    fn default() -> Self {
        Self {
            matches: ["s3://", "gs://", "azure://"].map(str::to_owned).to_vec(),
            exclude: Vec::new(),
            proxy_images: true,
            key_fallbacks: true,
        }
    }
}
