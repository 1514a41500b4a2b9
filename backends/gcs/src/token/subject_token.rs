//! The token of the other identity provider.

use std::{collections::BTreeMap, path::PathBuf};

use presign_core::{Environment, Timestamp};
use presign_credentials::FetchError;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

use crate::answer::ask;

use super::{Clients, aws::AwsSource, executable::Executable, external_account::ExternalAccount};

/// Where the token is: the [`credential_source`](https://google.aip.dev/auth/4117) of the file. It is looked up anew
/// each time, because these tokens are rotated.
#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum SubjectTokenSource {
    Aws(AwsSource),
    Executable {
        executable: Executable,
    },
    Url {
        url: String,
        #[serde(default)]
        headers: BTreeMap<String, String>,
        #[serde(default)]
        format: Format,
    },
    File {
        file: PathBuf,
        #[serde(default)]
        format: Format,
    },
}

#[derive(Deserialize, Default)]
#[serde(tag = "type", rename_all = "lowercase")]
pub(super) enum Format {
    #[default]
    Text,
    Json {
        subject_token_field_name: String,
    },
}

impl SubjectTokenSource {
    pub(super) fn check(&self) -> Result<(), String> {
        match self {
            Self::Aws(source) => source.check(),
            Self::Executable { executable } => executable.check(),
            Self::Url { .. } | Self::File { .. } => Ok(()),
        }
    }

    pub(super) async fn token(
        &self,
        clients: &Clients,
        environment: &dyn Environment,
        account: &ExternalAccount,
        now: Timestamp,
    ) -> Result<SecretString, FetchError> {
        match self {
            Self::Aws(source) => source.token(&clients.machine, environment, &account.audience, now).await,
            Self::Executable { executable } => executable.run(environment, account).await,
            Self::File { file, format } => {
                let place = format!("the token file {}", file.display());
                let text = environment.read(file);
                let text = text.map_err(|error| FetchError::Refused(format!("{place} cannot be read: {error}")))?;
                format.read(&place, &text)
            }
            Self::Url { url, headers, format } => {
                let service = "the identity provider (credential_source.url)";
                let request =
                    headers.iter().fold(clients.network.get(url), |request, (name, value)| request.header(name, value));
                let answer = ask(service, request).await?;
                if answer.status != 200 {
                    return Err(answer.error(service, "look at 'credential_source' in the credential file"));
                }
                format.read(service, &String::from_utf8_lossy(&answer.body))
            }
        }
    }
}

impl Format {
    fn read(&self, place: &str, text: &str) -> Result<SecretString, FetchError> {
        let token = match self {
            Self::Text => text.trim().to_owned(),
            Self::Json { subject_token_field_name: name } => {
                let value: Value = serde_json::from_str(text).unwrap_or_default();
                value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
            }
        };
        if token.is_empty() { Err(FetchError::Refused(format!("{place} holds no token"))) } else { Ok(token.into()) }
    }
}
