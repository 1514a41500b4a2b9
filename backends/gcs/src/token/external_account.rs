//! Workload identity federation: somebody whom another identity provider vouches for.

use presign_core::{Environment, Timestamp};
use presign_credentials::FetchError;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use crate::{answer::ask, service_address, signatory};

use super::{AccessToken, Clients, SCOPE, impersonation, post_form, read, subject_token::SubjectTokenSource};

/// Google's [external account credentials](https://google.aip.dev/auth/4117).
#[derive(Deserialize)]
pub(crate) struct ExternalAccount {
    pub(super) audience: String,
    pub(super) subject_token_type: String,
    token_url: String,
    service_account_impersonation_url: Option<String>,
    #[serde(default)]
    service_account_impersonation: Life,
    client_id: Option<String>,
    client_secret: Option<SecretString>,
    workforce_pool_user_project: Option<String>,
    credential_source: SubjectTokenSource,
}

#[derive(Deserialize)]
#[serde(default)]
struct Life {
    token_lifetime_seconds: u32,
}

impl Default for Life {
    fn default() -> Self {
        Self { token_lifetime_seconds: 3600 }
    }
}

impl ExternalAccount {
    pub(crate) fn check(&self) -> Result<(), String> {
        service_address::parse(&self.token_url).map_err(|why| format!("has a 'token_url' that {why}"))?;
        if let Some(url) = &self.service_account_impersonation_url {
            let field = "has a 'service_account_impersonation_url' that";
            service_address::parse(url).map_err(|why| format!("{field} {why}"))?;
            signatory::of_url(url).ok_or_else(|| format!("{field} names no service account"))?;
        }
        self.credential_source.check()
    }

    /// The service account that the federated identity acts as.
    pub(super) fn acts_as(&self) -> Option<String> {
        self.service_account_impersonation_url.as_deref().and_then(signatory::of_url)
    }

    pub(super) async fn token(
        &self,
        clients: &Clients,
        environment: &dyn Environment,
        now: Timestamp,
    ) -> Result<AccessToken, FetchError> {
        let subject = self.credential_source.token(clients, environment, self, now).await?;
        let federated = self.exchange(&clients.network, &subject, now).await?;
        match &self.service_account_impersonation_url {
            None => Ok(federated),
            Some(url) => {
                let seconds = self.service_account_impersonation.token_lifetime_seconds;
                impersonation::token(&clients.network, url, &federated, seconds).await
            }
        }
    }

    /// [RFC 8693](https://www.rfc-editor.org/rfc/rfc8693#section-2.1)
    async fn exchange(
        &self,
        client: &reqwest::Client,
        subject: &SecretString,
        now: Timestamp,
    ) -> Result<AccessToken, FetchError> {
        let service = "Google's security token service";
        let options =
            self.workforce_pool_user_project.as_ref().map(|project| json!({"userProject": project}).to_string());
        let mut fields = vec![
            ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
            ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("audience", &self.audience),
            ("scope", SCOPE),
            ("subject_token_type", &self.subject_token_type),
            ("subject_token", subject.expose_secret()),
        ];
        // A client that says who it is needs no project to be counted against.
        fields.extend(options.as_deref().filter(|_| self.client_id.is_none()).map(|options| ("options", options)));
        let mut request = post_form(client, &self.token_url, &fields);
        if let Some(id) = &self.client_id {
            request = request.basic_auth(id, self.client_secret.as_ref().map(ExposeSecret::expose_secret));
        }
        let answer = ask(service, request).await?;
        match answer.status {
            200 => read(service, &answer, now),
            _ => {
                Err(answer.error(service, "compare the pool's provider (issuer, audience, conditions) with the token"))
            }
        }
    }
}
