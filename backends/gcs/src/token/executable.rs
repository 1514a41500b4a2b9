//! A program of one's own that gets the other identity provider's token.

use std::{process::Stdio, time::Duration};

use presign_core::Environment;
use presign_credentials::FetchError;
use secrecy::SecretString;
use serde::Deserialize;
use tokio::{process::Command, time::timeout};

use super::external_account::ExternalAccount;

/// The variable that allows programs to be run, as with Google's own libraries.
const ALLOWED: &str = "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES";

/// A program, as [AIP-4117](https://google.aip.dev/auth/4117) has it.
#[derive(Deserialize)]
pub(super) struct Executable {
    /// Program and arguments, separated by spaces: no shell sees them.
    command: String,
    #[serde(default = "half_a_minute")]
    timeout_millis: u64,
}

const fn half_a_minute() -> u64 {
    30_000
}

/// What it prints.
#[derive(Deserialize)]
struct Printed {
    success: bool,
    #[serde(alias = "saml_response")]
    id_token: Option<SecretString>,
    code: Option<String>,
}

impl Executable {
    pub(super) fn check(&self) -> Result<(), String> {
        let empty = self.command.split_whitespace().next().is_none();
        if empty { Err("names no program in 'credential_source.executable.command'".to_owned()) } else { Ok(()) }
    }

    pub(super) async fn run(
        &self,
        environment: &dyn Environment,
        account: &ExternalAccount,
    ) -> Result<SecretString, FetchError> {
        if environment.variable(ALLOWED).as_deref() != Some("1") {
            return Err(FetchError::Refused(format!(
                "the credential file names a program to run: {ALLOWED}=1 allows it"
            )));
        }
        let mut words = self.command.split_whitespace();
        let program = words.next().unwrap_or_default();
        let mut command = Command::new(program);
        command
            .args(words)
            .env("GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE", &account.audience)
            .env("GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE", &account.subject_token_type)
            .env("GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE", "0")
            .env("GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL", account.acts_as().unwrap_or_default())
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true);
        let limit = Duration::from_millis(self.timeout_millis);
        let output = timeout(limit, command.output())
            .await
            .map_err(|_| FetchError::unavailable(format!("{program} did not end in {} s", limit.as_secs())))?
            .map_err(|error| FetchError::Refused(format!("{program} cannot be run: {error}")))?;
        let printed: Printed = serde_json::from_slice(&output.stdout)
            .map_err(|_| FetchError::Refused(format!("{program} printed no JSON with 'success' and 'id_token'")))?;
        match printed {
            Printed { success: true, id_token: Some(token), .. } => Ok(token),
            Printed { code, .. } => {
                let code =
                    code.unwrap_or_default().chars().filter(char::is_ascii_alphanumeric).take(32).collect::<String>();
                Err(FetchError::Refused(format!("{program} got no token (code '{code}'): run it by hand to see why")))
            }
        }
    }
}
