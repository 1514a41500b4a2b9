//! What AWS's library finds: profiles with all that they can say, containers, and the default chain.

use std::time::UNIX_EPOCH;

use aws_config::{BehaviorVersion, Region};
use aws_credential_types::{
    Credentials as Found,
    provider::{ProvideCredentials, error::CredentialsError},
};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_types::retry::RetryConfig;
use aws_types::os_shim_internal::{Env, Fs};
use presign_core::Timestamp;
use presign_credentials::FetchError;
use tracing::{instrument::WithSubscriber, subscriber::NoSubscriber};

use super::{Imds, World, connector::Connector, failure::from_library, wire::LastExchange};
use crate::{Credential, profile};

/// Switches the library's own metadata client off: [`Imds`] says why.
const NO_METADATA: (&str, &str) = ("AWS_EC2_METADATA_DISABLED", "true");

/// Which part of the default chain.
#[derive(Debug, Clone)]
pub(crate) enum Chain {
    /// All of it, and the instance's role at its end.
    Default(Option<Imds>),
    /// One profile, by default the one that `AWS_PROFILE` names.
    Profile(Option<String>),
    /// What the container's host hands out.
    Container,
}

impl Chain {
    pub(crate) async fn fetch(&self, world: &World) -> Result<Credential, FetchError> {
        let last = LastExchange::default();
        match (self, self.ask(world, &last).await) {
            (_, Ok(found)) => Ok(credential(&found)),
            (Self::Default(Some(imds)), Err(CredentialsError::CredentialsNotLoaded(_))) => imds.fetch(world).await,
            (Self::Default(None), Err(CredentialsError::CredentialsNotLoaded(_))) => Err(FetchError::Refused(
                "AWS's default chain has no credential: neither environment, profile, web identity nor container"
                    .to_owned(),
            )),
            (Self::Container, Err(CredentialsError::CredentialsNotLoaded(_))) => Err(FetchError::Refused(
                "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set"
                    .to_owned(),
            )),
            (_, Err(error)) => Err(from_library(self.label(), &error, &last)),
        }
    }

    /// Everything is read anew each time: files and tokens change.
    async fn ask(&self, world: &World, last: &LastExchange) -> Result<Found, CredentialsError> {
        let variables = self.variables(world).await;
        let variables: Vec<_> = variables.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .env(Env::from_slice(&variables))
            .fs(Fs::real())
            .region(Region::new(world.region.clone()))
            .http_client(Connector::new(world.clients.clone(), last.clone()))
            .time_source(world.time_source())
            .sleep_impl(TokioSleep::new())
            .retry_config(RetryConfig::disabled());
        if let Self::Profile(Some(profile)) = self {
            loader = loader.profile_name(profile);
        }
        let ask = async {
            let provider = loader.load().await.credentials_provider();
            let provider = provider.ok_or_else(|| CredentialsError::not_loaded("there is no provider"))?;
            provider.provide_credentials().await
        };
        // The library logs what programs and services answered, which may be a secret.
        ask.with_subscriber(NoSubscriber::default()).await
    }

    /// The environment in which the library finds this and nothing else.
    async fn variables(&self, world: &World) -> Vec<(String, String)> {
        let environment = &*world.environment;
        let mut variables = environment.variables_with_prefix("AWS_");
        match self {
            Self::Default(_) => {}
            Self::Profile(_) => variables.retain(|(name, _)| !is_credential(name)),
            Self::Container => variables.retain(|(name, _)| name.starts_with("AWS_CONTAINER_")),
        }
        if !matches!(self, Self::Container) {
            variables.extend(environment.variable("HOME").map(|home| ("HOME".to_owned(), home)));
        }
        let from_metadata = !matches!(self, Self::Container) && profile::some_use_metadata(environment).await;
        if !from_metadata {
            variables.retain(|(name, _)| name != NO_METADATA.0);
            variables.push((NO_METADATA.0.to_owned(), NO_METADATA.1.to_owned()));
        }
        variables
    }

    const fn label(&self) -> &'static str {
        match self {
            Self::Default(_) => "AWS's default chain",
            Self::Profile(_) => "the profile",
            Self::Container => "the container's host",
        }
    }
}

/// Variables that hold a credential, which must not come before a profile's, nor after.
fn is_credential(name: &str) -> bool {
    let keys = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_WEB_IDENTITY_TOKEN_FILE"];
    keys.contains(&name)
}

fn credential(found: &Found) -> Credential {
    let seconds = found.expiry().and_then(|end| end.duration_since(UNIX_EPOCH).ok()).map(|end| end.as_secs());
    let end = seconds.map(|seconds| i64::try_from(seconds).unwrap_or(i64::MAX));
    Credential {
        access_key: found.access_key_id().to_owned(),
        secret_key: found.secret_access_key().into(),
        session_token: found.session_token().map(Into::into),
        expires_at: end.map(Timestamp::from_unix),
    }
}
