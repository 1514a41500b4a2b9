//! From `credentials` in the configuration to what signs.

use std::{path::PathBuf, sync::Arc};

use presign_core::{BuildContext, BuildError, Environment, Problems};
use presign_credentials::{CredentialCache, Policy};
use presign_v4::HmacSigner;

use crate::{
    adc::{self, Place},
    config::Credentials,
    credential::{Credential, REGION, SERVICE},
    credential_file::CredentialFile,
    iam::{IamAccount, Surroundings},
    key_account::{self, KeyFileSource},
    service_address,
    signatory::{self, Signatory},
    token::{Clients, Plan, TokenSource},
};

/// What was read, and found to be in order.
pub(crate) struct Source {
    kind: Kind,
    /// The universe that the credentials say they are for.
    pub(crate) universe: Option<String>,
}

enum Kind {
    KeyFile(PathBuf),
    Hmac(Box<HmacSigner>),
    Iam { place: Place, target: Option<Signatory>, endpoint: Option<String> },
}

impl Source {
    /// Reads the credentials' part of a configuration, and the files that it leads to. Asks nobody.
    pub(crate) fn read(
        credentials: &Credentials,
        environment: &dyn Environment,
        problems: &mut Problems,
    ) -> Option<Self> {
        match credentials {
            Credentials::ServiceAccount { key_file } => {
                let (file, _) = problems.keep("credentials.key_file", key_account::read(key_file, environment))?;
                Some(Self { kind: Kind::KeyFile(key_file.clone()), universe: file.universe_domain })
            }
            Credentials::Hmac { access_key, secret_key } => {
                let access_key = problems.keep("credentials.access_key", access_key.resolve(environment));
                let secret_key = problems.keep("credentials.secret_key", secret_key.resolve(environment));
                let signer = HmacSigner::goog4(access_key?, secret_key?, REGION, SERVICE);
                Some(Self { kind: Kind::Hmac(Box::new(signer)), universe: None })
            }
            Credentials::Adc { iam_endpoint } => Self::by_iam(None, iam_endpoint.as_deref(), environment, problems),
            Credentials::Impersonate { service_account, delegates, iam_endpoint } => {
                let email = problems.keep("credentials.service_account", signatory::check(service_account));
                let delegates = (0..).zip(delegates).filter_map(|(index, delegate): (usize, _)| {
                    problems.keep(&format!("credentials.delegates[{index}]"), signatory::check(delegate))
                });
                let delegates = delegates.collect();
                let target = Signatory { email: email.unwrap_or_default(), delegates };
                Self::by_iam(Some(target), iam_endpoint.as_deref(), environment, problems)
            }
        }
    }

    /// With Application Default Credentials.
    fn by_iam(
        target: Option<Signatory>,
        endpoint: Option<&str>,
        environment: &dyn Environment,
        problems: &mut Problems,
    ) -> Option<Self> {
        let endpoint =
            endpoint.and_then(|text| problems.keep("credentials.iam_endpoint", service_address::parse_origin(text)));
        let place = adc::find(environment);
        let Place::File(path) = &place else {
            return Some(Self { kind: Kind::Iam { place, target, endpoint }, universe: None });
        };
        let text = environment.read(path).map_err(|error| format!("cannot be read: {error}"));
        let read = text.and_then(|text| CredentialFile::parse(&text)).and_then(|(file, universe)| {
            // Whoever holds a key needs nobody to sign.
            let has_key = matches!(file, CredentialFile::ServiceAccount(_)) && target.is_none();
            Plan::new(file, target.as_ref()).map(|_| (has_key, universe))
        });
        let said = |why| format!("{} (Application Default Credentials) {why}", path.display());
        let (has_key, universe) = problems.keep("credentials", read.map_err(said))?;
        let path = path.clone();
        let kind = if has_key { Kind::KeyFile(path) } else { Kind::Iam { place, target, endpoint } };
        Some(Self { kind, universe })
    }

    /// What signs, in this universe. A key is at hand from the start; a token is not, because it has to be asked for.
    ///
    /// # Errors
    /// When no HTTP client can be made.
    pub(crate) async fn credential(self, universe: String, context: BuildContext) -> Result<Credential, BuildError> {
        let BuildContext { name, environment, clock, observer, .. } = context;
        Ok(match self.kind {
            Kind::Hmac(signer) => Credential::Hmac(signer),
            Kind::KeyFile(path) => {
                let source = KeyFileSource::new(path, environment, universe);
                let now = clock.now();
                let cache = CredentialCache::new(name, source, clock, observer, Policy::default());
                cache.get(now).await.map_err(|error| BuildError::at("credentials", error.to_string()))?;
                Credential::KeyFile(cache)
            }
            Kind::Iam { place, target, endpoint } => {
                let no_client = |error| BuildError::at("credentials", format!("no HTTP client can be made: {error}"));
                let clients = Clients::new().map_err(no_client)?;
                let client = clients.network.clone();
                let endpoint = endpoint.unwrap_or_else(|| format!("https://iamcredentials.{universe}"));
                let source = TokenSource::new(clients, Arc::clone(&environment), place, target);
                Credential::Iam(IamAccount::new(endpoint, source, Surroundings { name, client, clock, observer }))
            }
        })
    }
}
