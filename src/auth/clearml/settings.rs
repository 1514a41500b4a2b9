//! The configuration, checked and with its secrets at hand.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use presign_core::{BuildError, Environment, Timestamp};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::{judge::Method, local_key::LocalKey};
use crate::{
    auth::cookies::CookieNames,
    config::{ClearmlConfig, Validation},
};

/// What `auth.clearml` says.
#[derive(Debug)]
pub(crate) struct Settings {
    /// The apiserver's URL, without a `/` at its end.
    pub(super) api_server: String,
    pub(super) keys: Option<ServiceKeys>,
    pub(super) method: Method,
    pub(super) cookies: CookieNames,
    pub(super) cache_ttl: Duration,
    pub(super) stale_if_error: Duration,
    pub(super) timeout: Duration,
}

/// The gateway's own keys.
#[derive(Debug)]
pub(super) struct ServiceKeys {
    pub(super) access_key: String,
    pub(super) secret_key: SecretString,
}

impl ServiceKeys {
    /// The `Authorization` header that shows them.
    pub(super) fn authorization(&self) -> String {
        format!("Basic {}", STANDARD.encode(format!("{}:{}", self.access_key, self.secret_key.expose_secret())))
    }
}

impl Settings {
    /// Reads and checks the section.
    ///
    /// # Errors
    /// All that is wrong with it.
    pub(crate) fn read(config: &ClearmlConfig, environment: &dyn Environment) -> Result<Self, BuildError> {
        let mut problems = Problems::default();
        let api_server = problems.keep(api_server(&config.api_server));
        let keys = problems.keep(keys(config, environment));
        let method = problems.keep(method(config, environment));
        let cookies = problems.keep(CookieNames::parse(&config.cookie_names, "clearml.cookie_names"));
        if config.timeout.0.is_zero() {
            problems.add(BuildError::at("clearml.timeout", "no apiserver answers in no time: 5s is the default"));
        }
        match (problems.0, api_server, keys, method, cookies) {
            (None, Some(api_server), Some(keys), Some(method), Some(cookies)) => Ok(Self {
                api_server,
                keys,
                method,
                cookies,
                cache_ttl: config.cache_ttl.0,
                stale_if_error: config.stale_if_error.0,
                timeout: config.timeout.0,
            }),
            (problems, ..) => Err(problems.unwrap_or_else(|| BuildError::at("clearml", "cannot be used"))),
        }
    }

    /// The `Authorization` header that shows the gateway's own keys.
    pub(crate) fn own_keys(&self) -> Option<String> {
        self.keys.as_ref().map(ServiceKeys::authorization)
    }

    /// Whether the configured secret made a token; `None` where none is configured.
    pub(crate) fn verifies(&self, token: &str, now: Timestamp) -> Option<bool> {
        match &self.method {
            Method::TokenSecret(key) => Some(key.verify(token, now).is_ok()),
            _ => None,
        }
    }
}

#[derive(Default)]
struct Problems(Option<BuildError>);

impl Problems {
    fn add(&mut self, problem: BuildError) {
        self.0 = Some(match self.0.take() {
            Some(others) => others.and(problem),
            None => problem,
        });
    }

    fn keep<T>(&mut self, result: Result<T, BuildError>) -> Option<T> {
        result.map_err(|problem| self.add(problem)).ok()
    }
}

fn api_server(text: &str) -> Result<String, BuildError> {
    let wrong = |why: &str| {
        let example = "write one such as https://api.clearml.example or https://app.clearml.example/api";
        BuildError::at("clearml.api_server", format!("{why}: {example}"))
    };
    let url = Url::parse(text).map_err(|_| wrong("not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong("not an http or https URL"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(wrong("credentials do not belong into the URL"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("a query or fragment has no meaning here"));
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn keys(config: &ClearmlConfig, environment: &dyn Environment) -> Result<Option<ServiceKeys>, BuildError> {
    let (access_key, secret_key) = match (&config.access_key, &config.secret_key) {
        (None, None) => return Ok(None),
        (Some(access_key), Some(secret_key)) => (access_key, secret_key),
        (Some(_), None) => return Err(BuildError::at("clearml.secret_key", "access_key needs its secret_key")),
        (None, Some(_)) => return Err(BuildError::at("clearml.access_key", "secret_key needs its access_key")),
    };
    let access_key =
        access_key.resolve(environment).map_err(|message| BuildError::at("clearml.access_key", message))?;
    if access_key.is_empty() || access_key.contains(':') {
        return Err(BuildError::at("clearml.access_key", "an access key is not empty and holds no ':'"));
    }
    let secret_key =
        secret_key.resolve(environment).map_err(|message| BuildError::at("clearml.secret_key", message))?;
    Ok(Some(ServiceKeys { access_key, secret_key }))
}

fn method(config: &ClearmlConfig, environment: &dyn Environment) -> Result<Method, BuildError> {
    match config.validation {
        Validation::Auto => Ok(Method::Auto),
        Validation::OwnToken => Ok(Method::OwnToken),
        Validation::ValidateToken if config.access_key.is_none() && config.secret_key.is_none() => {
            let message = "validation: validate_token needs access_key and secret_key of a service of role system";
            Err(BuildError::at("clearml.access_key", message))
        }
        Validation::ValidateToken => Ok(Method::ValidateToken),
        Validation::TokenSecret => {
            let at = |message: String| BuildError::at("clearml.token_secret", message);
            let reference = config.token_secret.as_ref().ok_or_else(|| {
                at("validation: token_secret needs token_secret, the apiserver's secure.auth.token_secret".to_owned())
            })?;
            let secret = reference.resolve(environment).map_err(at)?;
            Ok(Method::TokenSecret(Box::new(LocalKey::new(secret.expose_secret()))))
        }
    }
}
