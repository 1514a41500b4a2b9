//! Signers around signers: what one does differently, and all else passed on in one place.

use std::fmt;

use async_trait::async_trait;
use presign_core::{
    Content, CredentialInfo, Endpoint, ExpiresIn, Multipart, ObjectLocation, Readiness, ResponseOverrides, SignError,
    SignRequest, SignedUrl, Signer, Timestamp,
};

/// Signs by another signer, in a way of its own.
#[async_trait]
pub trait Decorator: fmt::Debug + Send + Sync + 'static {
    /// The other signer, which answers all that is not about signing.
    fn inner(&self) -> &dyn Signer;

    /// As [`Signer::sign_now`].
    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>>;

    /// As [`Signer::sign`].
    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError>;

    /// As [`Signer::renew`].
    async fn renew(&self, needed_until: Timestamp) -> Result<CredentialInfo, SignError> {
        self.inner().renew(needed_until).await
    }
}

/// A decorator as a signer.
#[derive(Debug)]
pub struct Decorated<D>(pub D);

#[async_trait]
impl<D: Decorator> Signer for Decorated<D> {
    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        self.0.sign_now(request)
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        self.0.sign(request).await
    }

    fn claims(&self, location: &ObjectLocation) -> bool {
        self.0.inner().claims(location)
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        self.0.inner().endpoints()
    }

    fn buckets(&self) -> &[String] {
        self.0.inner().buckets()
    }

    fn refuses(&self, overrides: &ResponseOverrides) -> Option<&'static str> {
        self.0.inner().refuses(overrides)
    }

    fn longest_life(&self) -> ExpiresIn {
        self.0.inner().longest_life()
    }

    fn readiness(&self, now: Timestamp) -> Readiness {
        self.0.inner().readiness(now)
    }

    fn credential(&self) -> Option<CredentialInfo> {
        self.0.inner().credential()
    }

    async fn renew(&self, needed_until: Timestamp) -> Result<CredentialInfo, SignError> {
        self.0.renew(needed_until).await
    }

    async fn keep_fresh(&self) {
        self.0.inner().keep_fresh().await;
    }

    fn attributes(&self) -> bool {
        self.0.inner().attributes()
    }

    fn string_to_sign(&self, request: &SignRequest<'_>) -> Option<String> {
        self.0.inner().string_to_sign(request)
    }

    fn multipart(&self) -> Option<&dyn Multipart> {
        self.0.inner().multipart()
    }

    fn content(&self) -> Option<&dyn Content> {
        self.0.inner().content()
    }
}
