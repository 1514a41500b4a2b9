//! What authentication may use of the world around it.

use std::{fmt, sync::Arc, time::Duration};

use presign_core::{BuildError, Clock, Environment};

/// What an authenticator may use of the world around it.
#[derive(Debug, Clone)]
pub struct AuthContext {
    /// Environment variables and files.
    pub environment: Arc<dyn Environment>,
    /// For measuring how long the apiserver takes, and the time of the first attempt.
    pub clock: Arc<dyn Clock>,
    /// Speaks to the apiserver. It must not follow redirects: tokens would go along. [`http_client`] makes one.
    pub client: reqwest::Client,
    /// Is told what happens.
    pub observer: Arc<dyn AuthObserver>,
}

/// Is told what happens, for metrics.
pub trait AuthObserver: fmt::Debug + Send + Sync + 'static {
    /// A token was looked up in the cache.
    fn cache(&self, result: CacheResult);

    /// The apiserver was called at an endpoint, such as `auth.login`.
    fn call(&self, endpoint: &'static str, outcome: CallOutcome, duration: Duration);
}

/// What the cache knew of a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CacheResult {
    /// Whose it is.
    Hit,
    /// That it is refused.
    Refused,
    /// Nothing that is still good: somebody has to be asked.
    Miss,
    /// Whose it was a while ago, and that had to do, since the apiserver is down.
    Stale,
}

/// How a call of the apiserver ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallOutcome {
    /// With an answer, whatever it says.
    Answered,
    /// Without one in time.
    TimedOut,
    /// Without one, or with something that is no answer of an apiserver.
    Failed,
}

/// An observer that looks away.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl AuthObserver for Unobserved {
    fn cache(&self, _: CacheResult) {}

    fn call(&self, _: &'static str, _: CallOutcome, _: Duration) {}
}

impl CacheResult {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Hit, Self::Refused, Self::Miss, Self::Stale];

    /// One of a closed set of words, for metrics.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Hit => "hit",
            Self::Refused => "refused",
            Self::Miss => "miss",
            Self::Stale => "stale",
        }
    }
}

impl CallOutcome {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Answered, Self::TimedOut, Self::Failed];

    /// One of a closed set of words, for metrics.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Answered => "answered",
            Self::TimedOut => "timed_out",
            Self::Failed => "failed",
        }
    }
}

/// How long a server may take to accept a connection; how long it may take to answer is the business of who asks.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// A client for [`AuthContext::client`]: no redirects, no proxy from the environment.
///
/// # Errors
/// When TLS cannot be set up.
pub fn http_client() -> Result<reqwest::Client, BuildError> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .referer(false)
        .connect_timeout(CONNECT_TIMEOUT)
        .user_agent(concat!("presign-gateway/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(|error| BuildError::at("", format!("no HTTP client can be made: {error}")))
}
