//! Who the gateway is to Azure, and the token that proves it.

mod assertion;
mod cli;
mod configured;
mod entra;
mod managed;
mod token;

use async_trait::async_trait;
use presign_core::Timestamp;
use presign_credentials::{CredentialSource, FetchError, Fetched};

use cli::AzureCli;
pub(crate) use configured::configured;
use entra::App;
use managed::ManagedIdentity;
pub(crate) use token::AccessToken;

/// What every token is for: the storage accounts of all clouds.
const RESOURCE: &str = "https://storage.azure.com";

/// One of the ways to a token.
#[derive(Debug)]
pub(crate) enum Identity {
    /// An application that Entra ID knows.
    App(App),
    /// The identity of the machine, or of the App Service application.
    Managed(ManagedIdentity),
    /// Whoever is logged in with the Azure CLI.
    Cli(AzureCli),
}

#[async_trait]
impl CredentialSource for Identity {
    type Credential = AccessToken;

    async fn fetch(&self, now: Timestamp) -> Result<Fetched<AccessToken>, FetchError> {
        match self {
            Self::App(app) => app.fetch(now).await,
            Self::Managed(managed) => managed.fetch(now).await,
            Self::Cli(cli) => cli.fetch(now).await,
        }
    }
}
