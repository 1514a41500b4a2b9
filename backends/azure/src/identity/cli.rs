//! The token of whoever is logged in with the Azure CLI: for developers.

use std::{io, process::Stdio};

use presign_core::{Environment, Timestamp};
use presign_credentials::{FetchError, Fetched};
use tokio::process::Command;

use super::{AccessToken, RESOURCE, token::TokenAnswer};

/// [`az account get-access-token`](https://learn.microsoft.com/cli/azure/account#az-account-get-access-token).
#[derive(Debug)]
pub(crate) struct AzureCli {
    /// Where `az` is looked for.
    path: Option<String>,
    tenant_id: Option<String>,
}

const WHOM: &str = "the Azure CLI (az)";

impl AzureCli {
    pub(crate) fn new(environment: &dyn Environment, tenant_id: Option<String>) -> Self {
        Self { path: environment.variable("PATH"), tenant_id }
    }

    pub(super) async fn fetch(&self, now: Timestamp) -> Result<Fetched<AccessToken>, FetchError> {
        let mut command = Command::new("az");
        command.args(["account", "get-access-token", "--output", "json", "--resource", RESOURCE]);
        command.args(self.tenant_id.iter().flat_map(|tenant| ["--tenant", tenant]));
        command.envs(self.path.iter().map(|path| ("PATH", path)));
        command.stdin(Stdio::null()).kill_on_drop(true);
        let output = command.output().await.map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => FetchError::Refused(format!(
                "{WHOM} is not on the PATH: it is for developers, use another 'source' elsewhere"
            )),
            _ => FetchError::unavailable(format!("{WHOM} cannot be run: {error}")),
        })?;
        if output.status.success() {
            TokenAnswer::read(&output.stdout, now, WHOM)
        } else {
            let status = output.status;
            Err(FetchError::Refused(format!(
                "{WHOM} failed ({status}): log in with 'az login', then try 'az account get-access-token --resource {RESOURCE}'"
            )))
        }
    }
}
