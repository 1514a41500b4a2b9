//! AWS's token service, and others that speak its language
//! ([API](https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html)).

use std::path::PathBuf;

use aws_sdk_sts::{
    Client,
    config::{BehaviorVersion, Builder, Credentials as Identity, Region},
    error::{ProvideErrorMetadata, SdkError},
    types::Credentials as Issued,
};
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_types::{DateTime, retry::RetryConfig, timeout::TimeoutConfig};
use presign_core::{SecretRef, Timestamp};
use presign_credentials::FetchError;
use secrecy::ExposeSecret;

use super::{
    World,
    connector::Connector,
    failure::{clean, told},
    source::Way,
    wire::LastExchange,
};
use crate::Credential;

/// What is common to all calls.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) role_arn: Option<String>,
    pub(crate) name: String,
    /// In seconds.
    pub(crate) duration: Option<i32>,
    pub(crate) policy: Option<String>,
    pub(crate) endpoint: Option<String>,
}

/// A role that is assumed with a token from a file.
#[derive(Debug)]
pub(crate) struct WebIdentity {
    pub(crate) token_file: PathBuf,
    pub(crate) session: Session,
}

/// A role that is assumed with another credential.
#[derive(Debug)]
pub(crate) struct AssumeRole {
    pub(crate) base: Way,
    pub(crate) external_id: Option<String>,
    pub(crate) session: Session,
}

impl WebIdentity {
    pub(crate) async fn fetch(&self, world: &World) -> Result<Credential, FetchError> {
        let token = SecretRef::File(self.token_file.clone()).resolve(&*world.environment);
        let token = token.map_err(|why| FetchError::Refused(format!("no web identity token: {why}")))?;
        let (last, session) = (LastExchange::default(), &self.session);
        let call = Client::from_conf(session.configure(world, &last).build())
            .assume_role_with_web_identity()
            .set_role_arn(session.role_arn.clone())
            .role_session_name(&session.name)
            .set_duration_seconds(session.duration)
            .set_policy(session.policy.clone())
            .web_identity_token(token.expose_secret());
        let answer = call.send().await.map_err(|error| failed("AssumeRoleWithWebIdentity", &error, &last))?;
        issued(answer.credentials)
    }
}

impl AssumeRole {
    pub(crate) async fn fetch(&self, world: &World, base: &Credential) -> Result<Credential, FetchError> {
        let (last, session) = (LastExchange::default(), &self.session);
        let token = base.session_token.as_ref().map(|token| token.expose_secret().to_owned());
        let identity = Identity::new(&base.access_key, base.secret_key.expose_secret(), token, None, "presign");
        let call = Client::from_conf(session.configure(world, &last).credentials_provider(identity).build())
            .assume_role()
            .set_role_arn(session.role_arn.clone())
            .role_session_name(&session.name)
            .set_external_id(self.external_id.clone())
            .set_duration_seconds(session.duration)
            .set_policy(session.policy.clone());
        let answer = call.send().await.map_err(|error| failed("AssumeRole", &error, &last))?;
        issued(answer.credentials)
    }
}

impl Session {
    fn configure(&self, world: &World, last: &LastExchange) -> Builder {
        let endpoint = self.endpoint.clone().or_else(|| world.variable("AWS_ENDPOINT_URL_STS"));
        let config = aws_sdk_sts::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(world.region.clone()))
            .http_client(Connector::new(world.clients.clone(), last.clone()))
            .time_source(world.time_source())
            .sleep_impl(TokioSleep::new())
            // The cache asks again, and knows how long to wait.
            .retry_config(RetryConfig::disabled())
            .timeout_config(TimeoutConfig::disabled());
        match endpoint {
            Some(endpoint) => config.endpoint_url(endpoint),
            None => config.use_fips(world.fips),
        }
    }
}

fn issued(credentials: Option<Issued>) -> Result<Credential, FetchError> {
    let issued = credentials.ok_or_else(|| FetchError::unavailable("STS answered without a credential"))?;
    Ok(Credential {
        access_key: issued.access_key_id,
        secret_key: issued.secret_access_key.into(),
        session_token: Some(issued.session_token.into()),
        expires_at: Some(timestamp(issued.expiration)),
    })
}

/// Whole seconds: a moment too early rather than too late.
fn timestamp(time: DateTime) -> Timestamp {
    Timestamp::from_unix(time.secs())
}

fn failed<E>(call: &str, error: &SdkError<E>, last: &LastExchange) -> FetchError
where
    E: std::error::Error + ProvideErrorMetadata + Send + Sync + 'static,
{
    let exchange = last.get();
    if let Some(outage) = exchange.as_ref().and_then(super::wire::Exchange::outage) {
        return FetchError::unavailable(format!("{call}: {outage}"));
    }
    let service = exchange.map_or_else(|| "STS".to_owned(), |exchange| exchange.service);
    match error {
        SdkError::ServiceError(_) if error.code().is_some() => {
            let (code, message) = (error.code().unwrap_or_default(), error.message().unwrap_or("no message"));
            let text = clean(&format!("{service} refused {call}: {code}: {message}"));
            if code == "IDPCommunicationError" { FetchError::unavailable(text) } else { FetchError::Refused(text) }
        }
        SdkError::ConstructionFailure(_) => FetchError::Refused(format!("{call} cannot be asked: {}", told(error))),
        // The answer is not repeated: it may hold a credential.
        _ => FetchError::unavailable(format!("{call}: {service} did not answer as STS does")),
    }
}
