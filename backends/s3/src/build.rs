//! From configuration to signer.

use presign_core::{
    AccessNeed, Backend, Buckets, BuildContext, BuildError, Endpoint, Operation, Origin, Policy, Problems, Scheme,
};

use crate::{
    AddressingStyle, Config, S3Signer,
    address::Address,
    aws::{self, Flavour},
    credential::StaticCredential,
    keyring::Keyring,
    policy,
    region::{self, Region},
    signer::Store,
    source,
};

/// The backend kind `s3`.
#[derive(Debug)]
pub struct S3;

impl Backend for S3 {
    const KIND: &'static str = "s3";
    const OPERATIONS: &'static [Operation] = &Operation::ALL;

    type Config = Config;
    type Signer = S3Signer;

    async fn build(config: Config, context: BuildContext) -> Result<S3Signer, BuildError> {
        let mut problems = Problems::default();
        let store = store(&config, &mut problems);
        let credential = source::read(&config.credentials, &*context.environment, &mut problems).await;
        let (store, credential) = problems.unless_any(store.zip(credential))?;
        Ok(S3Signer::new(store, Keyring::new(config.region, Box::new(StaticCredential::new(credential)))))
    }

    fn policy(config: &Config, needs: &[AccessNeed]) -> Option<Policy> {
        Some(policy::policy(needs, &config.region))
    }
}

fn store(config: &Config, problems: &mut Problems) -> Option<Store> {
    let buckets = problems.keep_all(Buckets::parse("buckets", config.buckets.clone()));
    let is_aws = config.endpoint.is_none() && config.public_endpoint.is_none();
    let found = if is_aws { amazon(config, problems) } else { custom(config, problems) };
    let (address, own_address, endpoints) = found?;
    Some(Store::new(address, own_address, endpoints, buckets?))
}

/// AWS itself.
fn amazon(config: &Config, problems: &mut Problems) -> Option<(Address, Address, Vec<Endpoint>)> {
    let region = problems.keep("region", Region::parse(&config.region));
    let flavour = problems.keep_all(Flavour::of(config, region));
    let (region, flavour) = (region?, flavour?);
    let origin = Origin::https(flavour.host(region));
    let address =
        if flavour.accelerate { Address::accelerated(origin) } else { Address::aws(origin, config.addressing_style) };
    let endpoints = aws::hosts(region).into_iter().map(|host| Endpoint::provider(Scheme::S3, host));
    Some((address.clone(), address, endpoints.collect()))
}

/// Any other store, or AWS behind a host of one's own. The first address is for clients, the second for the gateway.
fn custom(config: &Config, problems: &mut Problems) -> Option<(Address, Address, Vec<Endpoint>)> {
    problems.keep("region", region::check_elsewhere(&config.region));
    for (flag, field) in [(config.dualstack, "dualstack"), (config.fips, "fips"), (config.accelerate, "accelerate")] {
        if flag {
            problems.add(field, "is for AWS's own hosts: leave it out, or leave `endpoint` and `public_endpoint` out");
        }
    }
    let mut origin =
        |field: &str, text: &Option<String>| text.as_deref().map(|text| problems.keep(field, Origin::parse(text)));
    let endpoint = origin("endpoint", &config.endpoint);
    let public = origin("public_endpoint", &config.public_endpoint);
    let (field, shown) = match (&public, &endpoint) {
        (Some(public), _) => ("public_endpoint", public.clone()?),
        (None, endpoint) => ("endpoint", endpoint.clone()??),
    };
    if config.addressing_style == AddressingStyle::Virtual && shown.is_address() {
        problems.add(
            "addressing_style",
            format!("a bucket cannot stand in front of the IP address in `{field}`: take path"),
        );
    }
    let own = endpoint.clone().flatten().unwrap_or_else(|| shown.clone());
    let mut names: Vec<_> = [public, endpoint].into_iter().flatten().flatten().flat_map(|o| o.spellings()).collect();
    names.sort_unstable();
    names.dedup();
    let endpoints = names.into_iter().map(|name| Endpoint::path(Scheme::S3, name)).collect();
    let style = config.addressing_style;
    Some((Address::custom(shown, style), Address::custom(own, style), endpoints))
}
