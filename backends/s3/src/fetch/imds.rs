//! The role of an EC2 instance, from its metadata service, version 2
//! ([IMDS](https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html)).
//!
//! Not through AWS's library: that lengthens the life of a credential that has ended, and keeps an outage for itself.

use http::{Method, Uri};
use presign_core::Timestamp;
use presign_credentials::FetchError;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::{
    World,
    failure::clean,
    wire::{service, why},
};
use crate::Credential;

/// Where the service is on every instance.
const ENDPOINT: &str = "http://169.254.169.254";
/// The roles of the instance (there is one), and below each its credential.
const ROLES: &str = "/latest/meta-data/iam/security-credentials/";
/// How long our session with the service lasts: one fetch.
const SESSION_SECONDS: &str = "60";

/// The metadata service.
#[derive(Debug, Clone)]
pub(crate) struct Imds {
    endpoint: Uri,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    code: String,
    #[serde(default)]
    message: String,
    #[serde(default)]
    access_key_id: String,
    secret_access_key: Option<String>,
    token: Option<String>,
    expiration: Option<String>,
}

impl Imds {
    /// # Errors
    /// When the endpoint is none.
    pub(crate) fn new(endpoint: Option<&str>) -> Result<Self, String> {
        let text = endpoint.unwrap_or(ENDPOINT).trim_end_matches('/');
        let endpoint = text.parse::<Uri>().ok().filter(|uri| uri.authority().is_some() && uri.path() == "/");
        let endpoint = endpoint.ok_or_else(|| format!("'{text}' is not an address such as {ENDPOINT}"))?;
        Ok(Self { endpoint })
    }

    pub(crate) async fn fetch(&self, world: &World) -> Result<Credential, FetchError> {
        let lasts = ("x-aws-ec2-metadata-token-ttl-seconds", SESSION_SECONDS);
        let session = self.ask(world, Method::PUT, "/latest/api/token", lasts).await?;
        let session = ("x-aws-ec2-metadata-token", session.expose_secret());
        let roles = self.ask(world, Method::GET, ROLES, session).await?;
        let role = roles.expose_secret().lines().next().unwrap_or_default().trim().to_owned();
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
        if role.is_empty() || !role.bytes().all(is_plain) {
            return Err(FetchError::Refused("the instance has no role: attach an instance profile".to_owned()));
        }
        let answer = self.ask(world, Method::GET, &format!("{ROLES}{role}"), session).await?;
        credential(&answer, &role)
    }

    async fn ask(
        &self,
        world: &World,
        method: Method,
        path: &str,
        (name, value): (&str, &str),
    ) -> Result<SecretString, FetchError> {
        let service = service(&self.endpoint);
        let client = world.clients.of(&self.endpoint).map_err(FetchError::unavailable)?;
        let url = format!("{service}{path}");
        let unreachable = |error| FetchError::unavailable(format!("{service} cannot be reached: {}", why(error)));
        let response = client.request(method, url).header(name, value).send().await.map_err(unreachable)?;
        let status = response.status();
        if status == 404 && path == ROLES {
            return Err(FetchError::Refused("the instance has no role: attach an instance profile".to_owned()));
        }
        if status == 403 {
            let message = format!("{service} answers 403: the instance's metadata service is switched off");
            return Err(FetchError::Refused(message));
        }
        if !status.is_success() {
            return Err(FetchError::unavailable(format!("{service} answers {} to {path}", status.as_u16())));
        }
        response.text().await.map(Into::into).map_err(unreachable)
    }
}

fn credential(answer: &SecretString, role: &str) -> Result<Credential, FetchError> {
    let garbage = || FetchError::unavailable(format!("the metadata service's answer for the role {role} is garbage"));
    let answer: Answer = serde_json::from_str(answer.expose_secret()).map_err(|_| garbage())?;
    if answer.code != "Success" {
        let (code, message) = (answer.code, answer.message);
        return Err(FetchError::Refused(clean(&format!("the role {role} cannot be had: {code}: {message}"))));
    }
    let expires_at = answer.expiration.as_deref().and_then(|text| Timestamp::parse_rfc3339(text).ok());
    Ok(Credential {
        access_key: Some(answer.access_key_id).filter(|id| !id.is_empty()).ok_or_else(garbage)?,
        secret_key: answer.secret_access_key.ok_or_else(garbage)?.into(),
        session_token: Some(answer.token.ok_or_else(garbage)?.into()),
        expires_at: Some(expires_at.ok_or_else(garbage)?),
    })
}
