//! From configuration to signer.

use presign_core::{Backend, BuildContext, BuildError, Environment, Operation, Problem};

use crate::{
    account_key::AccountKey,
    base_url::BaseUrl,
    config::{Config, Credentials},
    containers::Containers,
    credential::Credential,
    ready_made::ReadyMadeSas,
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
        let mut problems = Vec::new();
        let store = store(&config, &mut problems);
        let version = config.sv.as_deref().map_or_else(|| Ok(ServiceVersion::default()), ServiceVersion::parse);
        let version = keep("sv", version, &mut problems);
        let environment = &*context.environment;
        let credential = credential(&config.credentials, version, store.as_ref(), environment, &mut problems);
        match (store, credential) {
            (Some(store), Some(credential)) if problems.is_empty() => Ok(AzureSigner::new(store, credential)),
            _ => Err(BuildError { problems }),
        }
    }
}

fn store(config: &Config, problems: &mut Vec<Problem>) -> Option<Store> {
    let account = keep("account", account(&config.account), problems);
    let endpoint = config.endpoint.as_deref().map(|text| keep("endpoint", base_url(text), problems));
    let public = config.public_endpoint.as_deref().map(|text| keep("public_endpoint", base_url(text), problems));
    let containers = Containers::parse(config.containers.clone()).map_err(|found| problems.extend(found)).ok();
    let account = account?;
    let endpoint = endpoint.unwrap_or_else(|| Some(BaseUrl::public_cloud(&account)))?;
    let public = public.unwrap_or_else(|| Some(endpoint.clone()))?;
    Some(Store::new(account, &public, &endpoint, containers?))
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

fn credential(
    credentials: &Credentials,
    version: Option<ServiceVersion>,
    store: Option<&Store>,
    environment: &dyn Environment,
    problems: &mut Vec<Problem>,
) -> Option<Credential> {
    match credentials {
        Credentials::AccountKey { account_key } => {
            let key = account_key.resolve(environment).and_then(|text| AccountKey::parse(&text));
            let key = keep("credentials.account_key", key, problems)?;
            Some(Credential::AccountKey { key, version: version? })
        }
        Credentials::Sas { token } => {
            let text = keep("credentials.token", token.resolve(environment), problems)?;
            let sas = ReadyMadeSas::parse(&text, store?);
            keep("credentials.token", sas, problems).map(Credential::ReadyMade)
        }
    }
}

/// Keeps what was read, or the problem that it has.
fn keep<T>(field: &str, read: Result<T, String>, problems: &mut Vec<Problem>) -> Option<T> {
    read.map_err(|message| problems.push(Problem { field: field.to_owned(), message })).ok()
}
