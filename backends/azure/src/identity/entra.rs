//! An application's token from Microsoft Entra ID.

use std::{path::PathBuf, sync::Arc};

use presign_core::{Environment, SecretRef, Timestamp};
use presign_credentials::{FetchError, Fetched};
use reqwest::Client;
use secrecy::{ExposeSecret, SecretString};

use super::{
    AccessToken, RESOURCE,
    assertion::Certificate,
    token::{TokenAnswer, Why},
};
use crate::answer::{Answer, send};

/// An application (service principal) in a tenant, asking by
/// [client credentials](https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow).
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) client: Client,
    pub(crate) environment: Arc<dyn Environment>,
    /// The token endpoint: `https://login.microsoftonline.com/<tenant>/oauth2/v2.0/token`.
    pub(crate) url: String,
    pub(crate) client_id: String,
    pub(crate) proof: Proof,
}

/// How an application proves that it is the one. All of it is read anew for each token: files and secrets get replaced.
#[derive(Debug)]
pub(crate) enum Proof {
    /// A secret that Entra ID knows, too.
    Secret(SecretRef),
    /// A private key, and the certificate that Entra ID knows.
    Certificate(SecretRef),
    /// A token of a Kubernetes service account, in a file that Kubernetes renews.
    FederatedToken(PathBuf),
}

const WHOM: &str = "Entra ID";

impl App {
    pub(super) async fn fetch(&self, now: Timestamp) -> Result<Fetched<AccessToken>, FetchError> {
        let (name, proof) = self.prove(now).map_err(FetchError::Refused)?;
        let scope = format!("{RESOURCE}/.default");
        let mut form = vec![
            ("client_id", self.client_id.as_str()),
            ("grant_type", "client_credentials"),
            ("scope", &scope),
            (name, proof.expose_secret()),
        ];
        if name == "client_assertion" {
            form.push(("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"));
        }
        let answer = send(self.client.post(&self.url).form(&form), WHOM).await?;
        match answer.status {
            200 => TokenAnswer::read(&answer.body, now, WHOM),
            _ => Err(refusal(&answer)),
        }
    }

    fn prove(&self, now: Timestamp) -> Result<(&'static str, SecretString), String> {
        Ok(match &self.proof {
            Proof::Secret(secret) => ("client_secret", secret.resolve(&*self.environment)?),
            Proof::Certificate(pem) => {
                let certificate = Certificate::parse(&pem.resolve(&*self.environment)?)?;
                ("client_assertion", certificate.assertion(&self.client_id, &self.url, now)?)
            }
            Proof::FederatedToken(path) => {
                let token = SecretRef::File(path.clone()).resolve(&*self.environment)?;
                ("client_assertion", token)
            }
        })
    }
}

/// Why there is no token, and what to do.
fn refusal(answer: &Answer) -> FetchError {
    let Why { error, codes } = Why::read(&answer.body);
    let mut words = vec![error.clone()];
    words.extend(codes.iter().map(|code| format!("AADSTS{code}")));
    let said = format!("{WHOM} answered {} ({})", answer.status, words.join(", ")).replace(" ()", "");
    let later = matches!(answer.status, 408 | 429 | 500..) || error == "temporarily_unavailable";
    // What is no OAuth error comes from something else, such as a proxy: an outage, and nothing about the application.
    if later || error.is_empty() {
        return answer.unavailable(said);
    }
    let what_to_do = codes.iter().find_map(|code| remedy(*code));
    FetchError::Refused(format!(
        "{said}: {}",
        what_to_do.unwrap_or("look up the code in Microsoft's list of AADSTS codes")
    ))
}

fn remedy(code: u32) -> Option<&'static str> {
    Some(match code {
        90_002 | 900_023 => "there is no such tenant: look at 'tenant_id' and 'authority_host'",
        700_016 => "the tenant has no such application: look at 'client_id' and 'tenant_id'",
        7_000_215 => "the client secret is wrong: it has to be the secret's value, not its id",
        7_000_222 => "the client secret has expired: make a new one",
        700_027 => "the certificate is not registered with the application, or has expired",
        700_024 => {
            "the token of the service account, or the certificate's assertion, is not valid now: look at the clocks"
        }
        70_021 | 700_211 | 700_212 | 700_213 | 700_223 => {
            "the application's federated credential does not fit: compare its issuer, subject (system:serviceaccount:<namespace>:<name>) and audience (api://AzureADTokenExchange)"
        }
        53_003 => "a conditional access policy blocks the application",
        _ => return None,
    })
}
