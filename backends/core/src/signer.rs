//! The plug-in's second half: signing one request.

use std::fmt;

use async_trait::async_trait;

use crate::{
    Content, CredentialInfo, Endpoint, ExpiresIn, Multipart, ObjectLocation, Operation, ResponseOverrides, SignError,
    SignedUrl, Timestamp,
};

/// Everything that enters a signature but the credential.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct SignRequest<'a> {
    /// What the link shall allow.
    pub operation: Operation,
    /// The object.
    pub location: &'a ObjectLocation,
    /// The time the signature carries.
    pub signed_at: Timestamp,
    /// The life, counted from [`SignRequest::signed_at`].
    pub expires_in: ExpiresIn,
    /// Response headers to override.
    pub overrides: &'a ResponseOverrides,
    /// Who will use the link.
    pub audience: Audience,
    /// Who asked for the link, in a form fit for the store's access log: any text. Only for a signer that
    /// [attributes](Signer::attributes); another one refuses it.
    pub attribution: Option<&'a str>,
    /// For a write: the type that the object shall have. A signer lists it among [`SignedUrl::headers`], and binds it
    /// into the signature where the store can.
    pub content_type: Option<&'a str>,
    /// For a write: the number of bytes that may be sent. A signer whose store can bind it does, and lists the header
    /// that it takes among [`SignedUrl::headers`].
    pub content_length: Option<u64>,
}

/// Who will use a link: decides which of a store's two addresses it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Audience {
    /// Clients, who reach the store at its `public_endpoint`.
    #[default]
    Client,
    /// The gateway itself, which reaches the store at its `endpoint`.
    Gateway,
}

impl<'a> SignRequest<'a> {
    /// A request without overrides.
    #[must_use]
    pub const fn new(
        operation: Operation,
        location: &'a ObjectLocation,
        signed_at: Timestamp,
        expires_in: ExpiresIn,
    ) -> Self {
        Self {
            operation,
            location,
            signed_at,
            expires_in,
            overrides: ResponseOverrides::NONE,
            audience: Audience::Client,
            attribution: None,
            content_type: None,
            content_length: None,
        }
    }

    /// With response headers to override.
    #[must_use]
    pub const fn with_overrides(mut self, overrides: &'a ResponseOverrides) -> Self {
        self.overrides = overrides;
        self
    }

    /// With the name under which the store's access log is to show the use of the link.
    #[must_use]
    pub const fn attributed_to(mut self, attribution: Option<&'a str>) -> Self {
        self.attribution = attribution;
        self
    }

    /// For the gateway itself instead of a client.
    #[must_use]
    pub const fn for_gateway(mut self) -> Self {
        self.audience = Audience::Gateway;
        self
    }

    /// For an object of this type and of this many bytes, which is about to be written.
    #[must_use]
    pub const fn with_content(mut self, content_type: Option<&'a str>, content_length: Option<u64>) -> Self {
        self.content_type = content_type;
        self.content_length = content_length;
        self
    }

    /// When the link ends.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.signed_at.expires(self.expires_in)
    }
}

/// Whether a signer could sign now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Readiness {
    /// It could.
    Ready,
    /// It could, but not for long: this is to be mended soon (no secret in it).
    Degraded(String),
    /// It could not, because of this (no secret in it).
    NotReady(String),
}

/// Signs requests for one configured store.
///
/// # Contract
/// * The URL's path decodes, once, to exactly the key of the request; its host is one of the configuration's.
/// * The same request signed twice with the same credential gives the same URL, byte for byte.
/// * A different operation, bucket, key, time, life or override gives a different URL, and a different signature
///   wherever the store's signature covers it (an Azure signature does not cover `GET` against `HEAD`).
/// * What is not supported is refused; nothing is dropped silently.
/// * No link outlives the credential that signed it.
/// * Neither `Debug` nor an error holds a secret or a signature.
#[async_trait]
pub trait Signer: fmt::Debug + Send + Sync + 'static {
    /// Signs without waiting, or returns `None` when signing may take long (a key to fetch, an RSA signature).
    ///
    /// The hot path: a signer whose credential is at hand answers here, and its [`Signer::sign`] is never called.
    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>>;

    /// Signs, waiting where it has to.
    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError>;

    /// Whether the location is one that this signer serves: its scheme, endpoint and bucket.
    fn claims(&self, location: &ObjectLocation) -> bool;

    /// The hosts under which URLs name this signer's store.
    fn endpoints(&self) -> Vec<Endpoint> {
        Vec::new()
    }

    /// The buckets that [`Signer::claims`] is confined to, by name or by glob as [`Buckets`](crate::Buckets) reads them;
    /// none where it takes any.
    fn buckets(&self) -> &[String] {
        &[]
    }

    /// Why these response headers cannot be signed here; `None` when they can. A rule that wants them is refused when the
    /// configuration is loaded, and a request for them with [`SignError::UnsupportedOverride`].
    fn refuses(&self, _overrides: &ResponseOverrides) -> Option<&'static str> {
        None
    }

    /// The longest life that the store accepts with this kind of credential.
    fn longest_life(&self) -> ExpiresIn {
        ExpiresIn::MAX
    }

    /// Whether the signer could sign at `now`.
    fn readiness(&self, _now: Timestamp) -> Readiness {
        Readiness::Ready
    }

    /// The credential at hand, with which [`Signer::sign`] would sign; `None` when one has to be fetched first, or when
    /// the one there was has ended.
    ///
    /// Two equal answers around a signature say that this credential made it.
    fn credential(&self) -> Option<CredentialInfo> {
        Some(CredentialInfo::PERMANENT)
    }

    /// Gets a credential that lasts until `needed_until`, or as long a one as there is to be had now. Asks nobody when
    /// the one at hand will do, or when a new one would not last longer.
    ///
    /// # Errors
    /// When there is no credential that is good now.
    async fn renew(&self, _needed_until: Timestamp) -> Result<CredentialInfo, SignError> {
        Ok(self.credential().unwrap_or(CredentialInfo::PERMANENT))
    }

    /// Gets the first credential, and a new one before each ends, for as long as this is polled. Ends at once where
    /// there is nothing to refresh.
    async fn keep_fresh(&self) {}

    /// Whether links can say who asked for them: [`SignRequest::attribution`].
    fn attributes(&self) -> bool {
        false
    }

    /// The string that is signed for a request, without the signature or any secret: for `explain`.
    fn string_to_sign(&self, _request: &SignRequest<'_>) -> Option<String> {
        None
    }

    /// Signs uploads in parts, for a signer whose store has them.
    fn multipart(&self) -> Option<&dyn Multipart> {
        None
    }

    /// Serves the objects behind the links, for a signer whose links lead back to the gateway.
    fn content(&self) -> Option<&dyn Content> {
        None
    }
}
