//! An identity of Amazon Web Services that Google trusts: [AIP-4117](https://google.aip.dev/auth/4117), "AWS".

use aws_credential_types::Credentials;
use presign_core::{Environment, Timestamp};
use presign_credentials::FetchError;
use secrecy::SecretString;
use serde::Deserialize;

use crate::answer::ask;

use super::caller_identity::CallerIdentity;

const SERVICE: &str = "AWS's instance metadata service";

/// Where the identity is: in the variables that AWS's own programs look at, else in the machine's metadata service.
#[derive(Deserialize)]
pub(super) struct AwsSource {
    environment_id: String,
    region_url: Option<String>,
    url: Option<String>,
    imdsv2_session_token_url: Option<String>,
    regional_cred_verification_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct RoleCredentials {
    access_key_id: String,
    secret_access_key: String,
    token: String,
}

impl AwsSource {
    pub(super) fn check(&self) -> Result<(), String> {
        match self.environment_id.as_str() {
            "aws1" => Ok(()),
            _ => Err("has a 'credential_source.environment_id' other than 'aws1'".to_owned()),
        }
    }

    /// A request that says to AWS who sent it, signed but not sent: Google sends it.
    pub(super) async fn token(
        &self,
        client: &reqwest::Client,
        environment: &dyn Environment,
        audience: &str,
        now: Timestamp,
    ) -> Result<SecretString, FetchError> {
        let asking = Asking { source: self, client, environment };
        let variables = asking.credentials_of_variables();
        let region = asking.variable("AWS_REGION").or_else(|| asking.variable("AWS_DEFAULT_REGION"));
        let (credentials, region) = match (variables, region) {
            (Some(credentials), Some(region)) => (credentials, region),
            (credentials, region) => {
                let session = asking.session().await?;
                let credentials = match credentials {
                    Some(credentials) => credentials,
                    None => asking.role(session.as_deref()).await?,
                };
                let region = match region {
                    Some(region) => region,
                    None => asking.region(session.as_deref()).await?,
                };
                (credentials, region)
            }
        };
        let url = self.regional_cred_verification_url.replace("{region}", &region);
        CallerIdentity { url: &url, region: &region, audience }.signed(credentials, now)
    }
}

struct Asking<'a> {
    source: &'a AwsSource,
    client: &'a reqwest::Client,
    environment: &'a dyn Environment,
}

impl Asking<'_> {
    fn variable(&self, name: &str) -> Option<String> {
        self.environment.variable(name).filter(|value| !value.is_empty())
    }

    fn credentials_of_variables(&self) -> Option<Credentials> {
        let (id, secret) = (self.variable("AWS_ACCESS_KEY_ID")?, self.variable("AWS_SECRET_ACCESS_KEY")?);
        Some(credentials(id, secret, self.variable("AWS_SESSION_TOKEN")))
    }

    /// A session with the metadata service's second version, where the file wants one
    /// ([IMDSv2](https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html)).
    async fn session(&self) -> Result<Option<String>, FetchError> {
        let Some(url) = &self.source.imdsv2_session_token_url else { return Ok(None) };
        let request = self.client.put(url).header("x-aws-ec2-metadata-token-ttl-seconds", "300");
        read(request).await.map(Some)
    }

    /// A zone is a region and a letter.
    async fn region(&self, session: Option<&str>) -> Result<String, FetchError> {
        let mut zone = self.get(self.source.region_url.as_deref(), "region_url", session).await?;
        zone.pop();
        Ok(zone)
    }

    async fn role(&self, session: Option<&str>) -> Result<Credentials, FetchError> {
        let url = self.source.url.as_deref();
        let role = self.get(url, "url", session).await?;
        let of_role = url.map(|url| format!("{}/{role}", url.trim_end_matches('/')));
        let text = self.get(of_role.as_deref(), "url", session).await?;
        let role: RoleCredentials = serde_json::from_str(&text)
            .map_err(|_| FetchError::unavailable(format!("{SERVICE} answered with something else than credentials")))?;
        Ok(credentials(role.access_key_id, role.secret_access_key, Some(role.token)))
    }

    async fn get(&self, url: Option<&str>, field: &str, session: Option<&str>) -> Result<String, FetchError> {
        let Some(url) = url else {
            return Err(FetchError::Refused(format!(
                "the credential file has no 'credential_source.{field}', and the AWS_… variables are not set"
            )));
        };
        let mut request = self.client.get(url);
        if let Some(session) = session {
            request = request.header("x-aws-ec2-metadata-token", session);
        }
        read(request).await
    }
}

async fn read(request: reqwest::RequestBuilder) -> Result<String, FetchError> {
    let answer = ask(SERVICE, request).await?;
    match answer.status {
        200 => Ok(String::from_utf8_lossy(&answer.body).trim().to_owned()),
        _ => Err(answer.error(SERVICE, "look at the machine's role and at its hop limit")),
    }
}

fn credentials(id: String, secret: String, token: Option<String>) -> Credentials {
    Credentials::new(id, secret, token, None, "credential file of Google")
}
