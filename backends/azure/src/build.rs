//! From configuration to signer.

use presign_core::{AccessNeed, Backend, Buckets, BuildContext, BuildError, Environment, Operation, Policy, Problems};

use crate::{
    account_key::AccountKey,
    base_url::BaseUrl,
    config::{Config, Credentials},
    credential::Credential,
    policy,
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
        let mut problems = Problems::default();
        let store = store(&config, &mut problems);
        let version = config.sv.as_deref().map_or_else(|| Ok(ServiceVersion::default()), ServiceVersion::parse);
        let version = problems.keep("sv", version);
        let environment = &*context.environment;
        let credential = credential(&config.credentials, version, store.as_ref(), environment, &mut problems);
        let (store, credential) = problems.unless_any(store.zip(credential))?;
        Ok(AzureSigner::new(store, credential))
    }

    fn policy(config: &Config, needs: &[AccessNeed]) -> Option<Policy> {
        Some(match config.credentials {
            Credentials::AccountKey { .. } | Credentials::Sas { .. } => policy::of_a_key(),
            #[expect(unreachable_patterns, reason = "identities come beside the keys")]
            _ => policy::policy(needs, &config.account),
        })
    }
}

fn store(config: &Config, problems: &mut Problems) -> Option<Store> {
    let account = problems.keep("account", account(&config.account));
    let endpoint = config.endpoint.as_deref().map(|text| problems.keep("endpoint", base_url(text)));
    let public = config.public_endpoint.as_deref().map(|text| problems.keep("public_endpoint", base_url(text)));
    let containers = problems.keep_all(Buckets::parse("containers", config.containers.clone()));
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
    problems: &mut Problems,
) -> Option<Credential> {
    match credentials {
        Credentials::AccountKey { account_key } => {
            let key = account_key.resolve(environment).and_then(|text| AccountKey::parse(&text));
            let key = problems.keep("credentials.account_key", key)?;
            Some(Credential::AccountKey { key, version: version? })
        }
        Credentials::Sas { token } => {
            let text = problems.keep("credentials.token", token.resolve(environment))?;
            let sas = ReadyMadeSas::parse(&text, store?);
            problems.keep("credentials.token", sas).map(Credential::ReadyMade)
        }
    }
}
