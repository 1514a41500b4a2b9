//! From configuration to signer.

use presign_core::{
    AccessNeed, Backend, Buckets, BuildContext, BuildError, Endpoint, Operation, Origin, Policy, Problems, Scheme,
};

use crate::{
    address::Address,
    config::{Config, Credentials, UrlStyle},
    policy,
    signer::GcsSigner,
    sources::Source,
};

/// The backend kind `gcs`.
#[derive(Debug)]
pub struct Gcs;

/// The domain of Google's own cloud.
const GOOGLE: &str = "googleapis.com";

impl Backend for Gcs {
    const KIND: &'static str = "gcs";
    const OPERATIONS: &'static [Operation] = &Operation::ALL;

    type Config = Config;
    type Signer = GcsSigner;

    async fn build(config: Config, context: BuildContext) -> Result<GcsSigner, BuildError> {
        let mut problems = Problems::default();
        let source = Source::read(&config.credentials, &*context.environment, &mut problems);
        let key_universe = source.as_ref().and_then(|source| source.universe.clone());
        let universe = universe(config.universe_domain.as_deref(), key_universe, &mut problems);
        let endpoint = config.endpoint.as_deref().map(|text| problems.keep("endpoint", parse_origin(text)));
        let buckets = problems.keep_all(Buckets::parse("buckets", config.buckets.clone()));
        let endpoints = endpoints(&universe, endpoint.as_ref().and_then(Option::as_ref));
        let origin = endpoint.unwrap_or_else(|| Some(of_universe(&universe)));
        let address = address(&config, origin, buckets.as_ref(), &mut problems);
        let ((address, buckets), source) = problems.unless_any(address.zip(buckets).zip(source))?;
        let credential = source.credential(universe, context).await?;
        Ok(GcsSigner::new(address, endpoints, buckets, credential))
    }

    fn policy(config: &Config, needs: &[AccessNeed]) -> Option<Policy> {
        let has_key = matches!(config.credentials, Credentials::ServiceAccount { .. } | Credentials::Hmac { .. });
        Some(policy::policy(needs, !has_key))
    }
}

fn universe(configured: Option<&str>, key: Option<String>, problems: &mut Problems) -> String {
    match (configured, key) {
        (Some(configured), Some(key)) if configured != key => {
            let message =
                format!("is '{configured}', and the key file is for '{key}': leave it out, or take another key");
            problems.add("universe_domain", message);
            key
        }
        (Some(configured), _) => problems.keep("universe_domain", domain(configured)).unwrap_or_default(),
        (None, Some(key)) => problems.keep("credentials", domain(&key)).unwrap_or_default(),
        (None, None) => GOOGLE.to_owned(),
    }
}

fn domain(text: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    if text.contains('.') && text.bytes().all(allowed) && !text.starts_with('.') && !text.ends_with('.') {
        Ok(text.to_ascii_lowercase())
    } else {
        Err(format!("'{text}' is not a domain as in {GOOGLE}"))
    }
}

/// The endpoint of a universe: Google's own is `googleapis.com`.
fn of_universe(domain: &str) -> Origin {
    Origin::https(format!("storage.{domain}"))
}

/// Reads an origin; a host alone is one with https.
fn parse_origin(text: &str) -> Result<Origin, String> {
    if text.contains("://") { Origin::parse(text) } else { Origin::parse(&format!("https://{text}")) }
}

/// The hosts under which URLs name the store. `storage.cloud.google.com` is where Google's console and the ClearML UI
/// point people who are logged in.
fn endpoints(universe: &str, own: Option<&Origin>) -> Vec<Endpoint> {
    let mut endpoints = vec![Endpoint::provider(Scheme::Gs, of_universe(universe).authority())];
    if universe == GOOGLE {
        endpoints.push(Endpoint::provider(Scheme::Gs, "storage.cloud.google.com"));
    }
    let named = |own: &&Origin| endpoints.iter().all(|endpoint| endpoint.authority != own.authority());
    endpoints.extend(own.filter(named).map(|own| Endpoint::path(Scheme::Gs, own.authority())));
    endpoints
}

fn address(
    config: &Config,
    origin: Option<Origin>,
    buckets: Option<&Buckets>,
    problems: &mut Problems,
) -> Option<Address> {
    match (config.url_style, config.bound_host.as_deref()) {
        (UrlStyle::Path, None) => origin.map(Address::path),
        (UrlStyle::VirtualHosted, None) => origin.map(Address::virtual_hosted),
        (UrlStyle::BucketBound, None) => {
            problems.add("bound_host", "is missing: name the host that stands for the bucket");
            None
        }
        (UrlStyle::BucketBound, Some(host)) => {
            if buckets.is_some_and(|buckets| buckets.only_one().is_none()) {
                problems.add("buckets", "has to name just the bucket that 'bound_host' stands for");
            }
            problems.keep("bound_host", parse_origin(host)).map(Address::bucket_bound)
        }
        (_, Some(_)) => {
            problems.add("bound_host", "is for 'url_style: bucket_bound' only");
            None
        }
    }
}
