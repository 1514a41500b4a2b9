//! Authentication: who is asking.
//!
//! A caller shows a token (or a pair of keys) in one of the [carriers](carrier): `Authorization: Bearer`, `Basic`, or a
//! cookie. An [`Authenticator`] says whose it is. What it knows already it says without waiting, which is what almost
//! every request of a browser meets; see [`clearml`] for how the ClearML apiserver is asked about the others.
//!
//! Nothing here forwards a header of the caller's: requests to the apiserver are made from the token alone, so
//! `X-Clearml-Impersonate-As` and its like end at the gateway.

mod anonymous;
mod authenticator;
mod carrier;
mod clearml;
mod context;
mod cookies;
mod digest;
mod error;
mod principal;
mod static_tokens;

use std::sync::Arc;

use presign_core::{BuildError, Environment, Timestamp};

pub use authenticator::Authenticator;
pub use context::{AuthContext, AuthObserver, CacheResult, CallOutcome, Unobserved, http_client};
pub(crate) use cookies::CookieNames;
pub use error::AuthError;
pub use principal::Principal;

use crate::config::{AuthConfig, AuthProvider, ClearmlConfig};

/// What a configuration asks for, checked and with its secrets at hand.
enum Plan {
    Clearml(Box<clearml::Settings>),
    Static(static_tokens::StaticTokens),
    None,
}

/// Builds the configured authenticator.
///
/// For `clearml` this asks the apiserver once, to try the configured keys. An apiserver that does not answer is no
/// error: the authenticator says so in [`Authenticator::readiness`] and goes on trying.
///
/// # Errors
/// All that is wrong in the configuration, each with its field below `auth`, such as `clearml.api_server`.
pub async fn build(config: &AuthConfig, context: AuthContext) -> Result<Arc<dyn Authenticator>, BuildError> {
    Ok(match plan(config, context.environment.as_ref())? {
        Plan::Clearml(settings) => Arc::new(clearml::Clearml::start(*settings, &context).await),
        Plan::Static(tokens) => Arc::new(tokens),
        Plan::None => Arc::new(anonymous::Anonymous::default()),
    })
}

/// The `Authorization` header that shows the gateway's own keys; `None` where there are none, or they cannot be read.
pub(crate) fn own_keys(config: &ClearmlConfig, environment: &dyn Environment) -> Option<String> {
    clearml::Settings::read(config, environment).ok()?.own_keys()
}

/// Whether the configured `token_secret` made a token; `None` where none is configured.
pub(crate) fn verified_locally(
    config: &ClearmlConfig,
    environment: &dyn Environment,
    token: &str,
    now: Timestamp,
) -> Option<bool> {
    clearml::Settings::read(config, environment).ok()?.verifies(token, now)
}

/// Checks a configuration without asking anybody.
///
/// # Errors
/// As [`build`].
pub fn check(config: &AuthConfig, environment: &dyn Environment) -> Result<(), BuildError> {
    plan(config, environment).map(drop)
}

fn plan(config: &AuthConfig, environment: &dyn Environment) -> Result<Plan, BuildError> {
    let missing =
        |section: &str| BuildError::at(section, format!("provider: {section} needs the section auth.{section}"));
    match config.provider {
        AuthProvider::Clearml => {
            let section = config.clearml.as_ref().ok_or_else(|| missing("clearml"))?;
            Ok(Plan::Clearml(Box::new(clearml::Settings::read(section, environment)?)))
        }
        AuthProvider::Static => {
            let section = config.static_tokens.as_ref().ok_or_else(|| missing("static"))?;
            Ok(Plan::Static(static_tokens::StaticTokens::read(section, environment)?))
        }
        AuthProvider::None => Ok(Plan::None),
    }
}
