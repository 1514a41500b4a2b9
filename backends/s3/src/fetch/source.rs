//! One way to get a credential, of those that the configuration may name.

use async_trait::async_trait;
use presign_core::Timestamp;
use presign_credentials::{CredentialSource, FetchError, Fetched};

use super::{AssumeRole, Chain, Files, Imds, WebIdentity, World};
use crate::Credential;

/// One way to get a credential, and the world to get it from.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) way: Way,
    pub(crate) world: World,
}

#[derive(Debug)]
pub(crate) enum Way {
    /// It is there.
    Given(Credential),
    Files(Files),
    Chain(Chain),
    Imds(Imds),
    WebIdentity(WebIdentity),
    AssumeRole(Box<AssumeRole>),
}

impl Way {
    /// Asks for a credential.
    pub(crate) async fn fetch(&self, world: &World) -> Result<Credential, FetchError> {
        match self {
            Self::Given(credential) => Ok(credential.clone()),
            Self::Files(files) => files.read(&*world.environment),
            Self::Chain(chain) => chain.fetch(world).await,
            Self::Imds(imds) => imds.fetch(world).await,
            Self::WebIdentity(role) => role.fetch(world).await,
            Self::AssumeRole(role) => {
                // Boxed because the base may be a role again.
                let base = Box::pin(role.base.fetch(world)).await?;
                role.fetch(world, &base).await
            }
        }
    }
}

#[async_trait]
impl CredentialSource for Source {
    type Credential = Credential;

    async fn fetch(&self, now: Timestamp) -> Result<Fetched<Credential>, FetchError> {
        let credential = self.way.fetch(&self.world).await?;
        Ok(match credential.expires_at {
            Some(end) => Fetched::temporary(credential, now, end),
            // It may have been written to a file, which somebody may write again.
            None => Fetched { refresh_after: Some(Files::READ_AGAIN), ..Fetched::permanent(credential) },
        })
    }

    fn is_same(&self, one: &Credential, other: &Credential) -> bool {
        one.is(other)
    }
}
