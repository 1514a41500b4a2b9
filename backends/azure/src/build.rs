//! From configuration to signer.

use std::sync::Arc;

use presign_core::{
    AccessNeed, Backend, Buckets, BuildContext, BuildError, NoObserver, Operation, Policy, Problems, SecretRef,
};
use presign_credentials::{CredentialCache, Policy as Patience};
use reqwest::Client;

use crate::{
    base_url::BaseUrl,
    client,
    config::{Config, Credentials},
    credential::Credential,
    delegation::DelegationKeySource,
    identity, policy,
    ready_made::ReadyMadeSas,
    sas_key::SasKey,
    service_version::ServiceVersion,
    signer::AzureSigner,
    store::Store,
};

/// The backend kind `azure`.
#[derive(Debug)]
pub struct Azure;

impl Backend for Azure {
    const KIND: &'static str = "azure";
    const OPERATIONS: &'static [Operation] = &Operation::ALL;

    type Config = Config;
    type Signer = AzureSigner;

    async fn build(config: Config, context: BuildContext) -> Result<AzureSigner, BuildError> {
        let mut problems = Problems::default();
        let addresses = addresses(&config, &mut problems);
        let containers = problems.keep_all(Buckets::parse("containers", config.containers.clone()));
        let store = addresses.as_ref().zip(containers).map(|(addresses, containers)| addresses.store(containers));
        let version = config.sv.as_deref().map_or_else(|| Ok(ServiceVersion::default()), ServiceVersion::parse);
        let version = problems.keep("sv", version);
        let credential = match &config.credentials {
            Credentials::AccountKey { account_key } => {
                let key = account_key.resolve(&*context.environment).and_then(|text| {
                    SasKey::decode(&text).ok_or_else(|| {
                        "is not a storage account key: copy key1 or key2 (base64) from the account's access keys"
                            .to_owned()
                    })
                });
                let key = problems.keep("credentials.account_key", key);
                key.zip(version).map(|(key, version)| Credential::AccountKey { key, version })
            }
            Credentials::Sas { token } => ready_made(token, &context, store.as_ref(), &mut problems),
            _ => delegated(&config, &context, addresses.as_ref(), version, &mut problems),
        };
        let (store, credential) = problems.unless_any(store.zip(credential))?;
        Ok(AzureSigner::new(store, credential))
    }

    fn policy(config: &Config, needs: &[AccessNeed]) -> Option<Policy> {
        Some(match config.credentials {
            Credentials::AccountKey { .. } | Credentials::Sas { .. } => policy::of_a_key(),
            _ => policy::policy(needs, &config.account),
        })
    }
}

/// Where an account is.
struct Addresses {
    account: String,
    public: BaseUrl,
    own: BaseUrl,
}

impl Addresses {
    fn store(&self, containers: Buckets) -> Store {
        Store::new(self.account.clone(), &self.public, &self.own, containers)
    }
}

fn addresses(config: &Config, problems: &mut Problems) -> Option<Addresses> {
    let account = problems.keep("account", account(&config.account));
    let own = config.endpoint.as_deref().map(|text| problems.keep("endpoint", base_url(text)));
    let public = config.public_endpoint.as_deref().map(|text| problems.keep("public_endpoint", base_url(text)));
    let account = account?;
    let own = own.unwrap_or_else(|| Some(BaseUrl::public_cloud(&account)))?;
    let public = public.unwrap_or_else(|| Some(own.clone()))?;
    Some(Addresses { account, public, own })
}

/// Checks a [storage account's name](https://learn.microsoft.com/azure/storage/common/storage-account-overview#storage-account-name).
fn account(name: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    if (3..=24).contains(&name.len()) && name.bytes().all(allowed) {
        Ok(name.to_owned())
    } else {
        Err(format!("'{name}' is not a storage account: its name has 3 to 24 lower-case letters and digits"))
    }
}

fn base_url(text: &str) -> Result<BaseUrl, String> {
    let url = BaseUrl::parse(text)?;
    if url.host_is_an_address() && url.prefix().is_empty() {
        return Err(format!(
            "'{text}' does not name the account: write it behind the host, as in http://127.0.0.1:10000/devstoreaccount1"
        ));
    }
    Ok(url)
}

fn ready_made(
    token: &SecretRef,
    context: &BuildContext,
    store: Option<&Store>,
    problems: &mut Problems,
) -> Option<Credential> {
    let text = problems.keep("credentials.token", token.resolve(&*context.environment))?;
    let sas = ReadyMadeSas::parse(&text, store?);
    problems.keep("credentials.token", sas).map(Credential::ReadyMade)
}

/// Two caches in a row: an identity's tokens, and the keys that are got with them.
fn delegated(
    config: &Config,
    context: &BuildContext,
    addresses: Option<&Addresses>,
    version: Option<ServiceVersion>,
    problems: &mut Problems,
) -> Option<Credential> {
    let client = client::build(config.ca_file.as_deref(), &*context.environment);
    let client: Option<Client> = problems.keep("ca_file", client);
    let identity = identity::configured(&config.credentials, context, client.as_ref(), problems);
    let secure = addresses.is_none_or(|addresses| addresses.own.is_secure() || addresses.own.is_this_machine());
    if !secure {
        problems.add("endpoint", "has to be https: a token is sent there for a user delegation key");
    }
    let (identity, client, version, addresses) = (identity?, client?, version?, addresses?);
    let (name, clock) = (&context.name, || Arc::clone(&context.clock));
    // Whoever waits for the key waits for the token, too: that one must not give up first.
    let patient = Patience { wait: Patience::default().fetch_timeout, ..Patience::default() };
    let tokens = CredentialCache::new(format!("{name} (token)"), identity, clock(), Arc::new(NoObserver), patient);
    let (account, sv) = (addresses.account.clone(), version.as_str().to_owned());
    let source = DelegationKeySource::new(tokens, client, &addresses.own, account, sv);
    let observer = Arc::clone(&context.observer);
    let keys = CredentialCache::new(name, source, clock(), observer, Patience::default());
    Some(Credential::Delegated { keys, version })
}
