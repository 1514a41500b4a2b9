//! The identity that Azure gives a machine or an application.

use presign_core::{Environment, Timestamp};
use presign_credentials::{FetchError, Fetched};
use reqwest::{Client, Url};
use secrecy::{ExposeSecret, SecretString};

use super::{AccessToken, RESOURCE, token::TokenAnswer};
use crate::answer::{Answer, send};

/// Which identity, when the machine has several: by one of its ids.
#[derive(Debug, Clone, Copy)]
pub(crate) enum UserAssigned<'a> {
    Client(&'a str),
    Object(&'a str),
    Resource(&'a str),
}

/// A [managed identity](https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/overview).
#[derive(Debug)]
pub(crate) struct ManagedIdentity {
    client: Client,
    url: Url,
    /// The header that keeps others from asking: its name and value.
    header: (&'static str, SecretString),
    whom: &'static str,
}

const IMDS: &str = "the machine's metadata service (IMDS)";
const APP_SERVICE: &str = "App Service's identity endpoint";

impl ManagedIdentity {
    /// From what the environment says about where to ask.
    ///
    /// # Errors
    /// When it says it in a way that does not work here.
    pub(crate) fn from_environment(
        environment: &dyn Environment,
        client: Client,
        identity: Option<UserAssigned<'_>>,
    ) -> Result<Self, String> {
        let variable = |name: &str| environment.variable(name).filter(|value| !value.is_empty());
        match (variable("IDENTITY_ENDPOINT"), variable("IDENTITY_HEADER")) {
            (Some(_), Some(_)) if variable("IDENTITY_SERVER_THUMBPRINT").is_some() => {
                Err("Service Fabric's managed identity is not supported: use 'client_certificate'".to_owned())
            }
            (Some(endpoint), Some(header)) => Self::app_service(client, &endpoint, header, identity),
            (Some(_), None) => {
                Err("IDENTITY_ENDPOINT is set and IDENTITY_HEADER is not: Azure Arc's managed identity is not supported, use 'client_certificate'".to_owned())
            }
            (None, _) => Self::imds(client, variable("AZURE_POD_IDENTITY_AUTHORITY_HOST").as_deref(), identity),
        }
    }

    /// [IMDS](https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#get-a-token-using-http):
    /// virtual machines, scale sets, AKS nodes.
    fn imds(client: Client, host: Option<&str>, identity: Option<UserAssigned<'_>>) -> Result<Self, String> {
        let host = host.unwrap_or("http://169.254.169.254").trim_end_matches('/');
        let mut url = Url::parse(&format!("{host}/metadata/identity/oauth2/token"))
            .map_err(|_| "AZURE_POD_IDENTITY_AUTHORITY_HOST is no URL")?;
        url.query_pairs_mut().append_pair("api-version", "2018-02-01").append_pair("resource", RESOURCE);
        append(&mut url, identity, "object_id", "msi_res_id");
        Ok(Self { client, url, header: ("metadata", SecretString::from("true")), whom: IMDS })
    }

    /// [App Service](https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference), Functions,
    /// Container Apps.
    fn app_service(
        client: Client,
        endpoint: &str,
        header: String,
        identity: Option<UserAssigned<'_>>,
    ) -> Result<Self, String> {
        let mut url = Url::parse(endpoint).map_err(|_| "IDENTITY_ENDPOINT is no URL")?;
        url.query_pairs_mut().append_pair("api-version", "2019-08-01").append_pair("resource", RESOURCE);
        append(&mut url, identity, "principal_id", "mi_res_id");
        Ok(Self { client, url, header: ("x-identity-header", SecretString::from(header)), whom: APP_SERVICE })
    }

    pub(super) async fn fetch(&self, now: Timestamp) -> Result<Fetched<AccessToken>, FetchError> {
        let (name, value) = &self.header;
        let answer = send(self.client.get(self.url.clone()).header(*name, value.expose_secret()), self.whom).await?;
        match answer.status {
            200 => TokenAnswer::read(&answer.body, now, self.whom),
            _ => Err(self.refusal(&answer)),
        }
    }

    /// IMDS says 404 and 410 while it is being updated.
    fn refusal(&self, answer: &Answer) -> FetchError {
        let said = format!("{} answered {}", self.whom, answer.status);
        match answer.status {
            400 => FetchError::Refused(format!(
                "{said}: the machine has no such identity; assign one, or name the one of several by 'client_id'"
            )),
            401 | 403 => FetchError::Refused(format!("{said}: is IDENTITY_HEADER the one of this application?")),
            _ => answer.unavailable(said),
        }
    }
}

fn append(url: &mut Url, identity: Option<UserAssigned<'_>>, object_id: &str, resource_id: &str) {
    let (name, value) = match identity {
        None => return,
        Some(UserAssigned::Client(id)) => ("client_id", id),
        Some(UserAssigned::Object(id)) => (object_id, id),
        Some(UserAssigned::Resource(id)) => (resource_id, id),
    };
    url.query_pairs_mut().append_pair(name, value);
}
