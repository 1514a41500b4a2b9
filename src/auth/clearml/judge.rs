//! Whom to ask about a token, and in which order.

use base64::{Engine, engine::general_purpose::STANDARD};
use presign_core::{Readiness, Timestamp};
use secrecy::ExposeSecret;
use serde_json::json;

use super::{
    OwnedCredential,
    answers::{self, Confirmation},
    apiserver::{Answer, Apiserver, Endpoint},
    claims::Claims,
    health::{Health, KeyState},
    local_key::LocalKey,
    settings::ServiceKeys,
};
use crate::auth::{AuthError, Principal};

/// How tokens are checked.
#[derive(Debug)]
pub(super) enum Method {
    /// By the user list; a service identity by what the gateway's own keys may ask, or else by its own session.
    Auto,
    /// By the user list only.
    OwnToken,
    /// By the gateway's own keys.
    ValidateToken,
    /// Without asking.
    TokenSecret(Box<LocalKey>),
}

/// Says whose a credential is.
#[derive(Debug)]
pub(super) struct Judge {
    apiserver: Apiserver,
    health: Health,
    method: Method,
    keys: Option<ServiceKeys>,
}

impl Judge {
    pub(super) const fn new(apiserver: Apiserver, health: Health, method: Method, keys: Option<ServiceKeys>) -> Self {
        Self { apiserver, health, method, keys }
    }

    pub(super) fn readiness(&self) -> Readiness {
        match self.method {
            Method::TokenSecret(_) => Readiness::Ready,
            Method::ValidateToken => self.health.readiness(KeyState::Validates),
            Method::Auto | Method::OwnToken => self.health.readiness(KeyState::NotAllowed),
        }
    }

    /// Whose the credential is.
    ///
    /// # Errors
    /// Why it is nobody's, or that this cannot be found out.
    pub(super) async fn judge(&self, credential: &OwnedCredential, now: Timestamp) -> Result<Principal, AuthError> {
        match credential {
            OwnedCredential::Keys(keys) => self.exchange(keys.expose_secret()).await,
            OwnedCredential::Token(token) => self.token(token.expose_secret(), now).await,
        }
    }

    /// Finds out whether the apiserver is there, and what the gateway's own keys are good for.
    pub(super) async fn probe(&self) {
        match (&self.method, &self.keys) {
            (Method::TokenSecret(_), _) => {}
            (_, None) => {
                let _ = self.ask(Endpoint::Ping, None, None, |_| Ok(())).await;
            }
            (_, Some(keys)) => {
                // An outage leaves the state as it is; health has heard of it.
                if let Ok(state) = self.try_keys(keys).await {
                    self.health.keys(state);
                }
            }
        }
    }

    async fn try_keys(&self, keys: &ServiceKeys) -> Result<KeyState, AuthError> {
        let token = match self.ask(Endpoint::Login, Some(keys.authorization()), None, answers::login).await {
            Ok(token) => token,
            Err(AuthError::Refused) => return Ok(KeyState::Refused),
            Err(error) => return Err(error),
        };
        if matches!(self.method, Method::OwnToken) {
            return Ok(KeyState::Works);
        }
        Ok(match self.validate(keys, &token).await? {
            Confirmation::Valid { .. } => KeyState::Validates,
            Confirmation::NotAllowed => KeyState::NotAllowed,
            Confirmation::KeysRefused => KeyState::Refused,
        })
    }

    async fn token(&self, token: &str, now: Timestamp) -> Result<Principal, AuthError> {
        if let Method::TokenSecret(key) = &self.method {
            return key.verify(token, now);
        }
        // Whatever the apiserver would say of these, it cannot be yes: it need not be asked.
        let claims = Claims::unverified(token).ok_or(AuthError::Malformed)?;
        if claims.has_expired(now) {
            return Err(AuthError::Expired);
        }
        match self.method {
            Method::ValidateToken => self.by_own_keys(token, claims).await.unwrap_or(Err(AuthError::outage())),
            _ => self.by_user_list(token, claims).await,
        }
    }

    async fn by_user_list(&self, token: &str, claims: Claims) -> Result<Principal, AuthError> {
        match self.ask(Endpoint::CurrentUser, Some(bearer(token)), None, answers::current_user).await? {
            Some(principal) => Ok(principal.with_token_expires_at(claims.expires_at())),
            None if claims.is_service() && matches!(self.method, Method::Auto) => self.service(token, claims).await,
            None => Err(AuthError::UserGone),
        }
    }

    async fn service(&self, token: &str, claims: Claims) -> Result<Principal, AuthError> {
        if self.health.validates()
            && let Some(answer) = self.by_own_keys(token, claims.clone()).await
        {
            return answer;
        }
        self.ask(Endpoint::SupportedModes, Some(bearer(token)), None, answers::supported_modes).await?;
        claims.into_principal().ok_or(AuthError::Malformed)
    }

    /// `None` when there are no keys that may ask.
    async fn by_own_keys(&self, token: &str, claims: Claims) -> Option<Result<Principal, AuthError>> {
        let keys = self.keys.as_ref()?;
        let confirmation = match self.validate(keys, token).await {
            Ok(confirmation) => confirmation,
            Err(error) => return Some(Err(error)),
        };
        match confirmation {
            Confirmation::Valid { user, company } => {
                self.health.keys(KeyState::Validates);
                let same = claims.user() == Some(&user) && claims.company() == Some(&company);
                Some(claims.into_principal().filter(|_| same).ok_or(AuthError::Refused))
            }
            Confirmation::NotAllowed => {
                self.health.keys(KeyState::NotAllowed);
                None
            }
            Confirmation::KeysRefused => {
                self.health.keys(KeyState::Refused);
                None
            }
        }
    }

    async fn validate(&self, keys: &ServiceKeys, token: &str) -> Result<Confirmation, AuthError> {
        let body = json!({ "token": token }).to_string();
        self.ask(Endpoint::ValidateToken, Some(keys.authorization()), Some(body), answers::validate_token).await
    }

    /// The keys prove who is asking; the token that they are exchanged for says it.
    async fn exchange(&self, keys: &str) -> Result<Principal, AuthError> {
        let decoded = STANDARD.decode(keys).map_err(|_| AuthError::Malformed)?;
        if !decoded.contains(&b':') {
            return Err(AuthError::Malformed);
        }
        let token = self.ask(Endpoint::Login, Some(format!("Basic {keys}")), None, answers::login).await?;
        Claims::unverified(&token).and_then(Claims::into_principal).ok_or(AuthError::outage())
    }

    async fn ask<T>(
        &self,
        endpoint: Endpoint,
        authorization: Option<String>,
        body: Option<String>,
        meaning: impl FnOnce(&Answer) -> Result<T, AuthError>,
    ) -> Result<T, AuthError> {
        match self.apiserver.call(endpoint, authorization, body).await {
            Ok(answer) => {
                let meaning = meaning(&answer);
                let is_understood = !matches!(meaning, Err(AuthError::Unavailable { .. }));
                self.health.answered(&answer, is_understood);
                meaning
            }
            Err(outage) => {
                self.health.failed(outage);
                Err(AuthError::outage())
            }
        }
    }
}

fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}
