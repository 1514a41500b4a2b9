//! One signature, with all its attempts.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use presign_core::{Clock, SignError, Timestamp};
use presign_credentials::{CredentialCache, Held};
use secrecy::ExposeSecret;
use serde::Serialize;
use tokio::{
    sync::Semaphore,
    time::{sleep, timeout},
};

use crate::{
    answer::ask,
    signatory,
    token::{Ability, TokenSource},
};

use super::{
    breaker::{Breaker, Change},
    retries::{self, Retries},
    verdict::{self, SERVICE, Verdict},
};

/// Calls under way at a time. At 50 ms each this is 640 in a second, and the quota of a project is 1,000
/// (<https://cloud.google.com/iam/quotas>).
const AT_A_TIME: usize = 32;
/// How long one attempt may take.
const ATTEMPT: Duration = Duration::from_secs(5);
/// How long a caller waits, attempts and turns included.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Serialize)]
struct SignBlob {
    payload: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    delegates: Vec<String>,
}

/// IAM, as far as this backend asks it.
pub(super) struct Iam {
    pub(super) name: String,
    pub(super) client: reqwest::Client,
    /// `https://iamcredentials.googleapis.com`
    pub(super) endpoint: String,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) tokens: CredentialCache<TokenSource>,
    turns: Semaphore,
    health: Mutex<Health>,
}

#[derive(Default)]
struct Health {
    breaker: Breaker,
    retries: Retries,
    signed_at: Option<Timestamp>,
}

impl Iam {
    pub(super) fn new(
        name: String,
        client: reqwest::Client,
        endpoint: String,
        clock: Arc<dyn Clock>,
        tokens: CredentialCache<TokenSource>,
    ) -> Self {
        let health = Mutex::new(Health::default());
        Self { name, client, endpoint, clock, tokens, turns: Semaphore::new(AT_A_TIME), health }
    }

    /// Has a text signed.
    pub(super) async fn sign(&self, text: &str, ability: Arc<Held<Ability>>) -> Result<Vec<u8>, SignError> {
        self.health().breaker.enter(self.clock.now())?;
        let late = || Verdict::Later {
            message: format!("{SERVICE} did not sign in {} s", PATIENCE.as_secs()),
            retry_after: None,
        };
        let verdict = timeout(PATIENCE, self.attempts(text, ability)).await.unwrap_or_else(|_| late());
        let signed = verdict::error(verdict);
        self.remember(&signed);
        signed
    }

    /// Why nobody is asked at present, if so.
    pub(super) fn broken(&self, now: Timestamp) -> Option<SignError> {
        self.health().breaker.open(now)
    }

    async fn attempts(&self, text: &str, mut ability: Arc<Held<Ability>>) -> Verdict {
        let Ok(_turn) = self.turns.acquire().await else {
            return Verdict::Refused("the signer has shut down".to_owned());
        };
        self.health().retries.called();
        let mut attempts = 0;
        let mut token_was_new = false;
        loop {
            attempts += 1;
            match self.attempt(text, &ability.credential).await {
                Verdict::TokenRefused(_) if !token_was_new => {
                    token_was_new = true;
                    self.tokens.reject(&ability);
                    ability = match self.tokens.get(self.clock.now()).await {
                        Ok(ability) => ability,
                        Err(SignError::Unavailable { message, retry_after }) => {
                            return Verdict::Later { message, retry_after };
                        }
                        Err(error) => return Verdict::Refused(error.to_string()),
                    };
                }
                Verdict::Later { message, retry_after } => {
                    match retries::wait(attempts, retry_after, fastrand::f64()) {
                        Some(wait) if self.health().retries.take() => sleep(wait).await,
                        _ => return Verdict::Later { message, retry_after },
                    }
                }
                verdict => return verdict,
            }
        }
    }

    async fn attempt(&self, text: &str, ability: &Ability) -> Verdict {
        let signer = &ability.identity.signatory;
        let url = format!("{}/v1/{}:signBlob", self.endpoint, signatory::name(&signer.email));
        let delegates = signer.delegates.iter().map(|email| signatory::name(email)).collect();
        let payload = BASE64_STANDARD.encode(text);
        let body = SignBlob { payload, delegates };
        let request =
            self.client.post(url).timeout(ATTEMPT).bearer_auth(ability.token.secret.expose_secret()).json(&body);
        match ask(SERVICE, request).await {
            Ok(answer) => Verdict::of(&answer, &signer.email, self.health().signed_at, self.clock.now()),
            Err(error) => error.into(),
        }
    }

    fn remember(&self, signed: &Result<Vec<u8>, SignError>) {
        let now = self.clock.now();
        let mut health = self.health();
        let change = match signed {
            Ok(_) => {
                health.signed_at = Some(now);
                health.breaker.succeeded()
            }
            Err(error) => health.breaker.failed(error.clone(), now),
        };
        drop(health);
        match (change, signed) {
            (Change::Opened(pause), Err(error)) => {
                tracing::warn!(backend = %self.name, %error, seconds = pause.as_secs(), "circuit to IAM opened");
            }
            (Change::Closed, _) => tracing::info!(backend = %self.name, "circuit to IAM closed"),
            _ => {}
        }
    }

    fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
