//! The configuration: one struct a section, unknown fields refused, all problems of a file found at once.
//!
//! [`read`] takes a text through these steps: YAML to a value with the line of every field (`document`), overrides from
//! the environment (`overrides`), typed sections (`decode`), and what no type can say (`check`).

mod audit;
mod auth;
mod backend;
mod check;
mod conceal;
pub(crate) mod decode;
mod document;
mod draft;
pub(crate) mod finding;
mod load;
mod network;
mod origins;
mod overrides;
mod path;
mod problem;
mod redact;
mod reference;
mod rule;
mod schema;
mod server;
mod signing;
mod traces;
mod ui;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

pub use audit::{AuditConfig, AuditOutput, LogConfig, LogFormat, LogLevel};
pub use auth::{AuthConfig, AuthProvider, ClearmlConfig, StaticConfig, StaticToken, Validation};
pub use backend::{Attribution, BackendConfig};
pub use draft::{Draft, Loaded};
pub use load::{load, read};
pub use network::Network;
pub use path::Path;
pub use problem::{Origin, Problem, Problems, Severity};
pub use reference::reference;
pub use rule::{
    Delivery, InlineUnsafe, MatchConfig, MatchSet, MatchSetRule, OneOrMany, PrincipalsConfig, ResponseConfig,
    RewriteConfig, RuleConfig,
};
pub use schema::schema;
pub use server::{LimitsConfig, RateLimitConfig, ServerConfig, TlsConfig};
pub use signing::{ShortCredential, SigningConfig};
pub use traces::TracesConfig;
pub use ui::UiConfig;

/// The configuration of a presign gateway.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// How clients reach the gateway, and how much of it one client may take.
    #[serde(default)]
    pub server: ServerConfig,
    /// Who may ask.
    pub auth: AuthConfig,
    /// How long links live.
    #[serde(default)]
    pub signing: SigningConfig,
    /// The stores, by the names that rules give them.
    #[serde(default)]
    #[schemars(with = "std::collections::BTreeMap<String, BackendConfig>")]
    pub backends: IndexMap<String, BackendConfig>,
    /// Who may do what with which objects. The first rule that matches decides; what no rule matches is refused.
    #[serde(default)]
    pub rules: Vec<RuleConfig>,
    /// The open-source ClearML WebApp.
    #[serde(default)]
    pub ui: UiConfig,
    /// A record of every link that is issued or refused; without this section there is none.
    #[serde(default)]
    pub audit: Option<AuditConfig>,
    /// The log, on standard error.
    #[serde(default)]
    pub log: LogConfig,
    /// Traces of requests, for OpenTelemetry; without this section there are none.
    #[serde(default)]
    pub traces: Option<TracesConfig>,
    #[serde(skip)]
    redacted: serde_json::Value,
}

impl Config {
    /// The configuration as it was written, overrides applied, without anything that may be a secret.
    #[must_use]
    pub fn redacted(&self) -> serde_json::Value {
        self.redacted.clone()
    }
}
