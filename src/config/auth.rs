//! `auth`: who may ask.

use presign_core::{HumanDuration, SecretRef, ValueRef};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How callers are authenticated.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{"provider": "clearml", "clearml": {"api_server": "https://api.clearml.example"}}]))]
pub struct AuthConfig {
    /// Who says who a caller is.
    pub provider: AuthProvider,
    /// Needed by, and read for, `provider: clearml`.
    #[serde(default)]
    pub clearml: Option<ClearmlConfig>,
    /// Needed by, and read for, `provider: static`.
    #[serde(default, rename = "static")]
    pub static_tokens: Option<StaticConfig>,
}

/// Who says who a caller is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthProvider {
    /// The ClearML apiserver.
    Clearml,
    /// Tokens in this configuration: for demonstrations and tests.
    Static,
    /// Nobody: every caller is anonymous. Only with a loopback listener.
    None,
}

/// Authentication by the ClearML apiserver.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{
    "api_server": "https://api.clearml.example",
    "access_key": {"env": "CLEARML_API_ACCESS_KEY"}, "secret_key": {"env": "CLEARML_API_SECRET_KEY"},
}]))]
pub struct ClearmlConfig {
    /// The apiserver's URL, such as `https://api.clearml.example` or `https://app.clearml.example/api`.
    pub api_server: String,
    /// The gateway's own ClearML credentials: needed by `validate_token`, and by `auto` for service identities.
    #[serde(default)]
    pub access_key: Option<ValueRef>,
    /// The secret that belongs to `access_key`.
    #[serde(default)]
    pub secret_key: Option<SecretRef>,
    /// How a caller's token is checked.
    #[serde(default)]
    pub validation: Validation,
    /// The apiserver's `secure.auth.token_secret`, for `validation: token_secret`.
    #[serde(default)]
    pub token_secret: Option<SecretRef>,
    /// Names of the cookies that may hold a token, in order; `name*` takes every cookie whose name starts so.
    #[serde(default = "default_cookie_names")]
    pub cookie_names: Vec<String>,
    /// How long an answer of the apiserver is believed: a logout is noticed after this time. Never past the token's own
    /// end.
    #[serde(default = "default_cache_ttl")]
    pub cache_ttl: HumanDuration,
    /// How long a user that was validated before is believed while the apiserver is down. Never past the token's end.
    #[serde(default = "default_stale_if_error")]
    pub stale_if_error: HumanDuration,
    /// How long the apiserver may take to answer.
    #[serde(default = "default_timeout")]
    pub timeout: HumanDuration,
}

/// How a caller's token is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Validation {
    /// `own_token`, and what the gateway's own key allows for service identities.
    #[default]
    Auto,
    /// `users.get_current_user` with the caller's own token. Sees revoked tokens and deleted users.
    OwnToken,
    /// `auth.validate_token` with the gateway's own key, which needs the role `system` or `root`.
    ValidateToken,
    /// Locally, with the apiserver's secret. Does not see revoked tokens and deleted users.
    TokenSecret,
}

/// Authentication by tokens in this configuration.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StaticConfig {
    /// The tokens, each with its user.
    pub tokens: Vec<StaticToken>,
    /// Names of the cookies that may hold a token, as for `clearml`.
    #[serde(default = "default_cookie_names")]
    pub cookie_names: Vec<String>,
}

/// A token and whom it stands for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{"token": {"env": "DEMO_TOKEN"}, "user": "ada", "role": "admin"}]))]
pub struct StaticToken {
    /// The token, as a caller sends it.
    pub token: SecretRef,
    /// The user's id, for rules, logs and audit records.
    pub user: String,
    /// The id of the user's company, for rules.
    #[serde(default)]
    pub company: String,
    /// The user's role, for rules.
    #[serde(default = "default_role")]
    pub role: String,
}

fn default_cookie_names() -> Vec<String> {
    ["clearml_token_basic", "clearml-token-k8s", "allegro_token*"].map(str::to_owned).into()
}

fn default_cache_ttl() -> HumanDuration {
    HumanDuration::from_secs(60)
}

fn default_stale_if_error() -> HumanDuration {
    HumanDuration::from_secs(300)
}

fn default_timeout() -> HumanDuration {
    HumanDuration::from_secs(5)
}

fn default_role() -> String {
    "user".to_owned()
}
