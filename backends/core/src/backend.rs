//! The plug-in's first half: from configuration to signer.

use std::{future::Future, sync::Arc};

use schemars::JsonSchema;
use serde::de::DeserializeOwned;

use crate::{AccessNeed, BuildError, Clock, CredentialObserver, Environment, NoObserver, Operation, Policy, Signer};

/// A kind of object store that the gateway can sign for.
pub trait Backend: 'static {
    /// The kind's name: what `type:` says in the configuration.
    const KIND: &'static str;

    /// The operations that signers of this kind sign.
    const OPERATIONS: &'static [Operation];

    /// The kind's part of the configuration, next to `type`. It refuses fields it does not know
    /// (`#[serde(deny_unknown_fields)]`).
    type Config: DeserializeOwned + JsonSchema + Send;

    /// What it builds.
    type Signer: Signer;

    /// Builds a signer. May read files and the environment through `context`; does not touch the network, so that a
    /// configuration can be checked anywhere, and a store that is down does not keep the gateway from starting.
    ///
    /// # Errors
    /// Every problem that the configuration has, each with its field.
    fn build(
        config: Self::Config,
        context: BuildContext,
    ) -> impl Future<Output = Result<Self::Signer, BuildError>> + Send;

    /// The least that the identity in this configuration has to be allowed for these needs; `None` where the store has
    /// no access management of its own.
    fn policy(_config: &Self::Config, _needs: &[AccessNeed]) -> Option<Policy> {
        None
    }
}

/// What a signer may use of the world around it.
#[derive(Debug, Clone)]
pub struct BuildContext {
    /// The backend's name in the configuration.
    pub name: String,
    /// Environment variables and files.
    pub environment: Arc<dyn Environment>,
    /// The time, for signers that refresh a credential. Signing itself gets its time with the request.
    pub clock: Arc<dyn Clock>,
    /// Where the gateway serves [`crate::Signer::content`] of this signer, as clients reach it, without a `/` at its
    /// end; `None` when the gateway does not know how clients reach it.
    pub content_url: Option<String>,
    /// Is told of attempts to get credentials.
    pub observer: Arc<dyn CredentialObserver>,
}

impl BuildContext {
    /// A context in which nobody serves content and nobody listens.
    #[must_use]
    pub fn new(name: impl Into<String>, environment: Arc<dyn Environment>, clock: Arc<dyn Clock>) -> Self {
        Self { name: name.into(), environment, clock, content_url: None, observer: Arc::new(NoObserver) }
    }
}
