//! Signing with a service account's RSA key, off the threads that serve requests.

use std::{num::NonZero, sync::Arc, thread};

use presign_core::SignError;
use presign_v4::{Explanation, PresignRequest, Scope, Unsigned};
use tokio::{sync::Semaphore, task};

use crate::{
    credential::{REGION, SERVICE},
    key_file::KeyFile,
    rsa_key::RsaKey,
};

/// A service account that signs.
#[derive(Debug)]
pub(crate) struct ServiceAccount {
    scope: Scope,
    key: Arc<RsaKey>,
    /// As many signatures at a time as there are processors: more would only take turns.
    turns: Semaphore,
}

impl ServiceAccount {
    /// The account of a key file.
    pub(crate) fn new(file: KeyFile) -> Self {
        let turns = thread::available_parallelism().map_or(1, NonZero::get);
        Self {
            scope: Scope::goog4_rsa(file.client_email, REGION, SERVICE),
            key: Arc::new(file.key),
            turns: Semaphore::new(turns),
        }
    }

    /// The URL without its signature.
    pub(crate) fn unsigned(&self, request: &PresignRequest<'_>) -> Unsigned {
        self.scope.unsigned(request)
    }

    /// Signs it.
    pub(crate) async fn sign(&self, unsigned: Unsigned) -> Result<String, SignError> {
        let failed = |what: &str| SignError::Internal(format!("the RSA signature {what}"));
        let _turn = self.turns.acquire().await.map_err(|_| failed("was not made: the signer has shut down"))?;
        let key = Arc::clone(&self.key);
        let signing =
            move || key.sign(unsigned.string_to_sign().as_bytes()).map(|bytes| unsigned.with_signature(&bytes));
        let signed = task::spawn_blocking(signing).await.map_err(|_| failed("was interrupted"))?;
        signed.ok_or_else(|| failed("failed"))
    }

    /// What is signed, for people to read.
    pub(crate) fn explain(&self, request: &PresignRequest<'_>) -> Explanation {
        self.scope.explain(request)
    }
}
