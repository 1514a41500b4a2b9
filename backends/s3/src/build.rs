//! From configuration to signer.

use std::sync::Arc;

use presign_core::{
    AccessNeed, Backend, Buckets, BuildContext, BuildError, Endpoint, Operation, Origin, Policy, Problems, Scheme,
};

use crate::{
    AddressingStyle, Config, S3Signer,
    address::Address,
    aws::{self, Flavour},
    fetch::{Clients, World},
    policy,
    region::{self, Probe, Region, Sites},
    signer::Store,
    site::{Layout, aws_address},
    source,
};

/// Where AWS is asked when no region is configured, nor set in the environment.
const HOME: &str = "us-east-1";

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
        let buckets = problems.keep_all(Buckets::parse("buckets", config.buckets.clone()));
        let is_aws = config.endpoint.is_none() && config.public_endpoint.is_none();
        let configured = config.region.as_deref().filter(|region| !(is_aws && *region == "auto"));
        let world = world(&config, &context, configured);
        let found = if is_aws {
            amazon(&config, configured, &world, &mut problems)
        } else {
            custom(&config, &world, &mut problems)
        };
        let provider = source::read(&config, &context, &world, &mut problems).await;
        let ((layout, asked, endpoints), buckets, provider) = problems.unless_any(all(found, buckets, provider))?;
        let World { clients, clock, region, .. } = world;
        let probe = Probe { clients, clock, address: asked, is_aws, region };
        let sites = Arc::new(Sites::new(layout, configured, probe));
        Ok(S3Signer::new(Store::new(endpoints, buckets), sites, provider))
    }

    fn policy(config: &Config, needs: &[AccessNeed]) -> Option<Policy> {
        Some(policy::policy(needs, config.region.as_deref().unwrap_or(HOME)))
    }
}

fn all<A, B, C>(a: Option<A>, b: Option<B>, c: Option<C>) -> Option<(A, B, C)> {
    Some((a?, b?, c?))
}

fn world(config: &Config, context: &BuildContext, configured: Option<&str>) -> World {
    let variable = |name| context.environment.variable(name).filter(|value| Region::parse(value).is_ok());
    let from_environment = || variable("AWS_REGION").or_else(|| variable("AWS_DEFAULT_REGION"));
    let region = configured.map(str::to_owned).or_else(from_environment);
    World {
        environment: Arc::clone(&context.environment),
        clock: Arc::clone(&context.clock),
        clients: Clients::default(),
        region: region.unwrap_or_else(|| HOME.to_owned()),
        fips: config.fips,
    }
}

/// How the store is laid out, where it is asked for a bucket's region, and what URLs name it.
type Found = (Layout, Address, Vec<Endpoint>);

/// AWS itself.
fn amazon(config: &Config, configured: Option<&str>, world: &World, problems: &mut Problems) -> Option<Found> {
    let region = configured.map(|name| problems.keep("region", Region::parse(name)));
    let flavour = problems.keep_all(Flavour::of(config, region.flatten()));
    let hosts: Vec<_> = match region {
        Some(region) => aws::hosts(region?),
        None => region::KNOWN.into_iter().flat_map(|name| aws::hosts(Region::checked(name))).collect(),
    };
    let (flavour, style) = (flavour?, config.addressing_style);
    let asked = aws_address(Flavour { accelerate: false, ..flavour }, style, &world.region);
    let mut endpoints: Vec<_> = hosts.into_iter().map(|host| Endpoint::provider(Scheme::S3, host)).collect();
    // Accelerated hosts have no region in their names.
    endpoints.sort_by(|one, other| one.authority.cmp(&other.authority));
    endpoints.dedup();
    Some((Layout::Aws(flavour, style), asked, endpoints))
}

/// Any other store, or AWS behind a host of one's own.
fn custom(config: &Config, world: &World, problems: &mut Problems) -> Option<Found> {
    problems.keep("region", region::check_elsewhere(&world.region));
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
    let own = Address::custom(own, style);
    Some((Layout::Custom(Address::custom(shown, style), own.clone()), own, endpoints))
}
