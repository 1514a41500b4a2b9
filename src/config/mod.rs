//! The configuration as it is written: one struct a section, unknown fields refused.

mod auth;
mod rule;
mod server;
mod signing;

pub use auth::{AuthConfig, AuthProvider, ClearmlConfig, StaticConfig, StaticToken, Validation};
pub use rule::{
    Delivery, InlineUnsafe, MatchConfig, MatchSet, MatchSetRule, OneOrMany, PrincipalsConfig, ResponseConfig,
    RewriteConfig, RuleConfig,
};
pub use server::{LimitsConfig, ServerConfig, TlsConfig};
pub use signing::SigningConfig;
