//! A user who is logged in with gcloud.

use presign_core::Timestamp;
use presign_credentials::FetchError;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::{answer::ask, service_address};

use super::{AccessToken, post_form, read};

/// What `gcloud auth application-default login` writes: [AIP-4113](https://google.aip.dev/auth/4113).
#[derive(Deserialize)]
pub(crate) struct AuthorizedUser {
    client_id: String,
    client_secret: SecretString,
    refresh_token: SecretString,
    #[serde(default = "google")]
    token_uri: String,
}

fn google() -> String {
    "https://oauth2.googleapis.com/token".to_owned()
}

impl AuthorizedUser {
    pub(crate) fn check(&self) -> Result<(), String> {
        service_address::parse(&self.token_uri).map_err(|why| format!("has a 'token_uri' that {why}"))?;
        Ok(())
    }

    pub(super) async fn token(&self, client: &reqwest::Client, now: Timestamp) -> Result<AccessToken, FetchError> {
        let service = "Google's token service";
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", &self.client_id),
            ("client_secret", self.client_secret.expose_secret()),
            ("refresh_token", self.refresh_token.expose_secret()),
        ];
        let answer = ask(service, post_form(client, &self.token_uri, &fields)).await?;
        match answer.status {
            200 => read(service, &answer, now),
            _ => Err(answer.error(service, "log in again with 'gcloud auth application-default login'")),
        }
    }
}
