//! Signing with a service account's RSA key, off the threads that serve requests.

use presign_core::SignError;
use presign_v4::{Explanation, PresignRequest, Scope, Unsigned};

use crate::{
    credential::{REGION, SERVICE},
    key_file::KeyFile,
    rsa_key::RsaKey,
    signing_threads::SigningThreads,
};

/// A service account that signs.
#[derive(Debug)]
pub(crate) struct ServiceAccount {
    scope: Scope,
    threads: SigningThreads<Unsigned, Option<String>>,
}

impl ServiceAccount {
    /// The account of a key file.
    pub(crate) fn new(file: KeyFile) -> Self {
        Self {
            scope: Scope::goog4_rsa(file.client_email, REGION, SERVICE),
            threads: SigningThreads::new(move |unsigned| sign(&file.key, unsigned)),
        }
    }

    /// The URL without its signature.
    pub(crate) fn unsigned(&self, request: &PresignRequest<'_>) -> Unsigned {
        self.scope.unsigned(request)
    }

    /// Signs it.
    pub(crate) async fn sign(&self, unsigned: Unsigned) -> Result<String, SignError> {
        let failed = |what: &str| SignError::Internal(format!("the RSA signature {what}"));
        let signed = self.threads.sign(unsigned).await.ok_or_else(|| failed("was interrupted"))?;
        signed.ok_or_else(|| failed("failed"))
    }

    /// What is signed, for people to read.
    pub(crate) fn explain(&self, request: &PresignRequest<'_>) -> Explanation {
        self.scope.explain(request)
    }
}

fn sign(key: &RsaKey, unsigned: Unsigned) -> Option<String> {
    key.sign(unsigned.string_to_sign().as_bytes()).map(|signature| unsigned.with_signature(&signature))
}
