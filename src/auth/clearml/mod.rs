//! `provider: clearml`: the ClearML apiserver says who a caller is.
//!
//! ```text
//! headers → Credential → digest ─→ Verdicts (cache) ─ hit ─→ Principal
//!                                     │ miss
//!                                  Flights (one call a token) → Judge → Apiserver
//! ```
//!
//! * [`settings`]: the configuration, checked.
//! * [`verdicts`]: what is known of tokens, and until when. [`flights`]: nobody asks twice at once.
//! * [`judge`]: which endpoint is asked, and what its answers mean ([`answers`]). [`apiserver`]: how it is asked.
//!   [`local_key`]: how nobody is.
//! * [`health`]: whether the apiserver answers and takes the gateway's own keys. [`probe`] keeps that up to date.
//!
//! Two rules hold throughout. What is not definitely a refusal is an outage, and an outage is never remembered against
//! a token. And nothing outlives the token: no verdict is served at or after its `exp`.

mod answers;
mod apiserver;
mod claims;
mod flights;
mod health;
mod judge;
mod local_key;
mod probe;
mod settings;
mod verdicts;

use std::sync::Arc;

use async_trait::async_trait;
use futures::FutureExt;
use http::HeaderMap;
use presign_core::{Readiness, Timestamp};
use secrecy::SecretString;

use self::{
    apiserver::Apiserver,
    flights::Flights,
    health::Health,
    judge::Judge,
    verdicts::{Found, Verdicts},
};
use crate::auth::{
    AuthContext, AuthError, AuthObserver, Authenticator, CacheResult, Principal, carrier::Credential,
    cookies::CookieNames, digest::Digest,
};

pub(crate) use settings::Settings;

/// Knows callers by what the apiserver says.
#[derive(Debug)]
pub(crate) struct Clearml {
    shared: Arc<Shared>,
    flights: Flights<Result<Arc<Principal>, AuthError>>,
}

#[derive(Debug)]
struct Shared {
    cookies: CookieNames,
    verdicts: Verdicts,
    judge: Judge,
    observer: Arc<dyn AuthObserver>,
}

/// A credential that outlives its request.
#[derive(Debug)]
enum OwnedCredential {
    Token(SecretString),
    Keys(SecretString),
}

impl Clearml {
    /// Starts, with one attempt to reach the apiserver.
    pub(crate) async fn start(settings: Settings, context: &AuthContext) -> Self {
        let apiserver = Apiserver::new(&settings, context);
        let health = Health::new(&settings);
        let shared = Arc::new(Shared {
            verdicts: Verdicts::new(settings.cache_ttl, settings.stale_if_error),
            cookies: settings.cookies,
            judge: Judge::new(apiserver, health, settings.method, settings.keys),
            observer: Arc::clone(&context.observer),
        });
        shared.judge.probe().await;
        probe::keep_trying(&shared);
        Self { shared, flights: Flights::default() }
    }

    async fn check(&self, credential: Credential<'_>, now: Timestamp) -> Result<Arc<Principal>, AuthError> {
        let digest = credential.digest();
        if let Some(known) = self.shared.look_up(&digest, now) {
            return known;
        }
        self.shared.observer.cache(CacheResult::Miss);
        let ask = || {
            let credential = OwnedCredential::from(credential);
            Arc::clone(&self.shared).ask(digest, credential, now).boxed()
        };
        self.flights.join(digest, ask).await
    }
}

impl Shared {
    fn look_up(&self, digest: &Digest, now: Timestamp) -> Option<Result<Arc<Principal>, AuthError>> {
        let (result, known) = match self.verdicts.find(digest, now) {
            Found::Accepted(principal) => (CacheResult::Hit, Ok(principal)),
            Found::Refused(error) => (CacheResult::Refused, Err(error)),
            Found::Nothing => return None,
        };
        self.observer.cache(result);
        Some(known)
    }

    async fn ask(
        self: Arc<Self>,
        digest: Digest,
        credential: OwnedCredential,
        now: Timestamp,
    ) -> Result<Arc<Principal>, AuthError> {
        // Another flight may have landed between this caller's look at the cache and its take-off.
        match self.verdicts.find(&digest, now) {
            Found::Accepted(principal) => return Ok(principal),
            Found::Refused(error) => return Err(error),
            Found::Nothing => {}
        }
        match self.judge.judge(&credential, now).await {
            Ok(principal) => self.verdicts.accept(digest, principal, now),
            Err(outage @ AuthError::Unavailable { .. }) => {
                let stale = self.verdicts.accept_stale(&digest, now).ok_or(outage)?;
                self.observer.cache(CacheResult::Stale);
                Ok(stale)
            }
            Err(error) => {
                self.verdicts.refuse(digest, error, now);
                Err(error)
            }
        }
    }
}

impl From<Credential<'_>> for OwnedCredential {
    fn from(credential: Credential<'_>) -> Self {
        match credential {
            Credential::Token(token) => Self::Token(token.into()),
            Credential::Keys(keys) => Self::Keys(keys.into()),
        }
    }
}

#[async_trait]
impl Authenticator for Clearml {
    fn authenticate_now(&self, headers: &HeaderMap, now: Timestamp) -> Option<Result<Arc<Principal>, AuthError>> {
        let mut error = AuthError::NoneSent;
        let credentials = match Credential::all(headers, &self.shared.cookies) {
            Ok(credentials) => credentials,
            Err(error) => return Some(Err(error)),
        };
        for credential in credentials {
            match self.shared.look_up(&credential.digest(), now)? {
                Ok(principal) => return Some(Ok(principal)),
                Err(other) => error = error.or_worse(other),
            }
        }
        Some(Err(error))
    }

    async fn authenticate(&self, headers: &HeaderMap, now: Timestamp) -> Result<Arc<Principal>, AuthError> {
        let mut error = AuthError::NoneSent;
        for credential in Credential::all(headers, &self.shared.cookies)? {
            match self.check(credential, now).await {
                Ok(principal) => return Ok(principal),
                Err(other) => error = error.or_worse(other),
            }
        }
        Err(error)
    }

    fn provider(&self) -> &'static str {
        "clearml"
    }

    fn readiness(&self) -> Readiness {
        self.shared.judge.readiness()
    }
}
