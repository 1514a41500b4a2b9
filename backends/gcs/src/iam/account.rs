//! A service account that IAM signs for.

use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use futures::{
    FutureExt,
    future::{BoxFuture, Shared},
};
use presign_core::{Clock, CredentialInfo, CredentialObserver, ExpiresIn, Readiness, SignError, Timestamp};
use presign_credentials::{CredentialCache, Held, Policy};
use presign_v4::{Explanation, PresignRequest, Unsigned};

use crate::token::{Ability, TokenSource};

use super::call::Iam;

/// A signature under way, for all who wait for it.
type Flight = Shared<BoxFuture<'static, Result<Arc<[u8]>, SignError>>>;

/// A service account that IAM signs for.
pub(crate) struct IamAccount {
    iam: Arc<Iam>,
    flights: Arc<Mutex<HashMap<String, Flight>>>,
}

/// What an account needs of the world around it.
pub(crate) struct Surroundings {
    pub(crate) name: String,
    pub(crate) client: reqwest::Client,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) observer: Arc<dyn CredentialObserver>,
}

impl IamAccount {
    /// The longest life of a link. IAM signs with keys that Google rotates, and promises 12 hours for each signature:
    /// [creating signatures](https://cloud.google.com/storage/docs/authentication/creating-signatures), and `keyId` of
    /// [`signBlob`](https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/signBlob).
    pub(crate) const LONGEST_LIFE: ExpiresIn = ExpiresIn::TWELVE_HOURS;

    pub(crate) fn new(endpoint: String, source: TokenSource, around: Surroundings) -> Self {
        let Surroundings { name, client, clock, observer } = around;
        let tokens = CredentialCache::new(name.clone(), source, Arc::clone(&clock), observer, Policy::default());
        Self { iam: Arc::new(Iam::new(name, client, endpoint, clock, tokens)), flights: Arc::default() }
    }

    /// A token, and in whose name it lets IAM sign.
    pub(crate) async fn ability(&self) -> Result<Arc<Held<Ability>>, SignError> {
        self.iam.tokens.get(self.iam.clock.now()).await
    }

    /// Has a URL signed. Those who want the same one wait for one call, which goes on when they give up.
    pub(crate) async fn sign(&self, unsigned: Unsigned, ability: Arc<Held<Ability>>) -> Result<String, SignError> {
        let text = unsigned.string_to_sign().to_owned();
        let signature = self.board(text, ability).await?;
        Ok(unsigned.with_signature(&signature))
    }

    /// The call under way for a text, or a new one. The text names the account, by way of the hash in it.
    fn board(&self, text: String, ability: Arc<Held<Ability>>) -> Flight {
        let mut flights = lock(&self.flights);
        if let Some(flight) = flights.get(&text) {
            return flight.clone();
        }
        let (iam, all, key) = (Arc::clone(&self.iam), Arc::clone(&self.flights), text.clone());
        let task = tokio::spawn(async move {
            let signed = iam.sign(&text, ability).await;
            lock(&all).remove(&text);
            signed.map(Arc::from)
        });
        let interrupted = |_| Err(SignError::Internal("the call to IAM was interrupted".to_owned()));
        let flight = async move { task.await.unwrap_or_else(interrupted) }.boxed().shared();
        flights.insert(key, flight.clone());
        flight
    }

    /// The ability to sign, not the token that gives it: a signature is made with the account's own key, and lives on
    /// when the token of the call that asked for it has ended. So it has no end of its own but
    /// [`IamAccount::LONGEST_LIFE`], and it is the same as long as the account is.
    pub(crate) fn credential(&self) -> Option<CredentialInfo> {
        self.iam.tokens.current().map(|held| info(&held))
    }

    pub(crate) async fn renew(&self) -> Result<CredentialInfo, SignError> {
        self.ability().await.map(|held| info(&held))
    }

    pub(crate) async fn keep_fresh(&self) {
        self.iam.tokens.keep_fresh().await;
    }

    pub(crate) fn readiness(&self, now: Timestamp) -> Readiness {
        match (self.iam.tokens.readiness(now), self.iam.broken(now)) {
            (Readiness::NotReady(why), _) => Readiness::NotReady(why),
            (_, Some(error)) => Readiness::NotReady(error.to_string()),
            (readiness, None) => readiness,
        }
    }

    /// What is signed for a request; `None` as long as it is not known in whose name.
    pub(crate) fn explain(&self, request: &PresignRequest<'_>) -> Option<Explanation> {
        self.iam.tokens.current().map(|held| held.credential.identity.explain(request))
    }
}

fn info(held: &Held<Ability>) -> CredentialInfo {
    CredentialInfo { generation: held.credential.identity.generation, not_before: None, expires_at: None }
}

fn lock(flights: &Mutex<HashMap<String, Flight>>) -> MutexGuard<'_, HashMap<String, Flight>> {
    flights.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Debug for IamAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IamAccount")
            .field("endpoint", &self.iam.endpoint)
            .field("tokens", &self.iam.tokens)
            .finish_non_exhaustive()
    }
}
