//! Which of the ways to a token is taken, and in whose name IAM signs.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use presign_core::{Environment, Timestamp};
use presign_credentials::{CredentialSource, FetchError, Fetched};
use secrecy::ExposeSecret;

use crate::{
    adc::Place,
    credential_file::CredentialFile,
    key_file::KeyFile,
    signatory::{Identity, Signatory},
};

use super::{AccessToken, AuthorizedUser, Clients, ExternalAccount, metadata::Metadata, self_signed};

/// A token, and in whose name it lets IAM sign.
#[derive(Debug)]
pub(crate) struct Ability {
    pub(crate) token: AccessToken,
    pub(crate) identity: Arc<Identity>,
}

/// Whose token is to be got, and who signs.
pub(crate) struct Plan {
    caller: Caller,
    signatory: Signatory,
}

enum Caller {
    ServiceAccount(Box<KeyFile>),
    AuthorizedUser(AuthorizedUser),
    ExternalAccount(Box<ExternalAccount>),
}

impl Plan {
    /// What a file leads to. `target` is the account that the configuration says to act as.
    ///
    /// # Errors
    /// When nobody is left who could sign.
    pub(crate) fn new(file: CredentialFile, target: Option<&Signatory>) -> Result<Self, String> {
        let (caller, own) = match file {
            CredentialFile::ServiceAccount(key) => {
                let own = Signatory { email: key.client_email.clone(), delegates: Vec::new() };
                // It acts for itself: as a delegate it would have to be granted a role on itself.
                return Ok(Self { signatory: target.cloned().unwrap_or(own), caller: Caller::ServiceAccount(key) });
            }
            CredentialFile::AuthorizedUser(user) => (Caller::AuthorizedUser(user), None),
            CredentialFile::ExternalAccount(account) => {
                let own = account.acts_as().map(|email| Signatory { email, delegates: Vec::new() });
                let signatory = target.cloned().or(own).ok_or(
                    "holds a federated identity without 'service_account_impersonation_url', which cannot sign: use \
                     'source: impersonate' and name the service account that signs",
                )?;
                return Ok(Self { caller: Caller::ExternalAccount(account), signatory });
            }
            CredentialFile::Impersonated { signatory, source } => {
                let Self { caller, signatory } = Self::new(*source, Some(&signatory))?;
                (caller, Some(signatory))
            }
        };
        let signatory = match (own, target) {
            (Some(own), Some(target)) => own.on_the_way_to(target),
            (None, Some(target)) => target.clone(),
            (Some(own), None) => own,
            (None, None) => {
                return Err("holds a user's credentials, which cannot sign: use 'source: impersonate' and name the \
                            service account that signs"
                    .to_owned());
            }
        };
        Ok(Self { caller, signatory })
    }
}

impl Signatory {
    /// Acts as `target`, through this account.
    fn on_the_way_to(self, target: &Self) -> Self {
        let mut delegates = self.delegates;
        delegates.push(self.email);
        delegates.extend_from_slice(&target.delegates);
        Self { email: target.email.clone(), delegates }
    }
}

/// Gets tokens. A file is read anew each time, because it may have been replaced.
pub(crate) struct TokenSource {
    clients: Clients,
    environment: Arc<dyn Environment>,
    place: Place,
    target: Option<Signatory>,
    /// In whose name IAM signed until now.
    last: Mutex<Option<Arc<Identity>>>,
}

impl TokenSource {
    pub(crate) fn new(
        clients: Clients,
        environment: Arc<dyn Environment>,
        place: Place,
        target: Option<Signatory>,
    ) -> Self {
        Self { clients, environment, place, target, last: Mutex::new(None) }
    }

    async fn token(&self, now: Timestamp) -> Result<(AccessToken, Signatory), FetchError> {
        match &self.place {
            Place::Metadata(host) => {
                let server = Metadata { client: &self.clients.machine, host };
                let token = server.token(now).await?;
                let signatory = match &self.target {
                    Some(target) => target.clone(),
                    None => Signatory { email: server.email().await?, delegates: Vec::new() },
                };
                Ok((token, signatory))
            }
            Place::File(path) => {
                let refused = |why: String| FetchError::Refused(format!("{} {why}", path.display()));
                let text = self.environment.read(path).map_err(|error| refused(format!("cannot be read: {error}")))?;
                let (file, _) = CredentialFile::parse(&text).map_err(refused)?;
                let Plan { caller, signatory } = Plan::new(file, self.target.as_ref()).map_err(refused)?;
                let token = match caller {
                    Caller::ServiceAccount(key) => self_signed::token(&key, now)?,
                    Caller::AuthorizedUser(user) => user.token(&self.clients.network, now).await?,
                    Caller::ExternalAccount(account) => account.token(&self.clients, &*self.environment, now).await?,
                };
                Ok((token, signatory))
            }
        }
    }

    /// The identity that was there, as long as it is the same account.
    fn identity(&self, signatory: Signatory) -> Arc<Identity> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(same) = last.as_ref().filter(|identity| identity.signatory == signatory) {
            return Arc::clone(same);
        }
        let generation = last.as_ref().map_or(0, |identity| identity.generation).saturating_add(1);
        Arc::clone(last.insert(Arc::new(Identity::new(signatory, generation))))
    }
}

#[async_trait]
impl CredentialSource for TokenSource {
    type Credential = Ability;

    async fn fetch(&self, now: Timestamp) -> Result<Fetched<Ability>, FetchError> {
        let (token, signatory) = self.token(now).await?;
        let expires_at = token.expires_at;
        Ok(Fetched {
            credential: Ability { token, identity: self.identity(signatory) },
            not_before: None,
            expires_at: Some(expires_at),
            refresh_after: None,
        })
    }

    fn is_same(&self, one: &Ability, other: &Ability) -> bool {
        one.token.secret.expose_secret() == other.token.secret.expose_secret()
            && one.identity.signatory == other.identity.signatory
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource").field("place", &self.place).field("target", &self.target).finish_non_exhaustive()
    }
}
