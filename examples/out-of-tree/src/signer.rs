//! Signs temporary URLs.

use std::fmt::{self, Write as _};

use async_trait::async_trait;
use hmac::{Hmac, KeyInit, Mac};
use presign_core::{
    BuildError, Endpoint, ObjectLocation, Origin, ResponseOverrides, Scheme, SignError, SignRequest, SignedUrl, Signer,
    encode,
};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Signs for one account of a Swift cluster.
pub struct SwiftSigner {
    cluster: Origin,
    account: String,
    keyed: Hmac<Sha256>,
}

impl SwiftSigner {
    pub(crate) fn new(cluster: Origin, account: String, key: &SecretString) -> Result<Self, BuildError> {
        let keyed = Hmac::new_from_slice(key.expose_secret().as_bytes())
            .map_err(|_| BuildError::at("temp_url_key", "is no key for HMAC-SHA256"))?;
        Ok(Self { cluster, account, keyed })
    }

    fn sign_url(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        if !self.claims(request.location) {
            return Err(SignError::NotServed(format!("the Swift cluster is s3://{}", self.cluster.authority())));
        }
        if request.attribution.is_some() {
            return Err(SignError::UnsupportedAttribution);
        }
        if let Some(why) = self.refuses(request.overrides) {
            return Err(SignError::UnsupportedOverride(why));
        }
        let path = encode::path(&self.path(request.location));
        let (expires_at, signature) = (request.expires_at(), self.signature(request));
        let (scheme, authority) = (self.cluster.scheme(), self.cluster.authority());
        let expires = expires_at.unix();
        let url = format!("{scheme}://{authority}{path}?temp_url_sig={signature}&temp_url_expires={expires}");
        Ok(SignedUrl::new(url, request.operation, expires_at))
    }

    /// The object's path, literal: Swift signs it before it is encoded.
    fn path(&self, location: &ObjectLocation) -> String {
        format!("/v1/{}/{}/{}", self.account, location.bucket(), location.key())
    }

    fn signature(&self, request: &SignRequest<'_>) -> String {
        let mut mac = self.keyed.clone();
        mac.update(self.lines(request).as_bytes());
        mac.finalize().into_bytes().iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a `String` cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }

    fn lines(&self, request: &SignRequest<'_>) -> String {
        format!("{}\n{}\n{}", request.operation.method(), request.expires_at().unix(), self.path(request.location))
    }
}

#[async_trait]
impl Signer for SwiftSigner {
    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        Some(self.sign_url(request))
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        self.sign_url(request)
    }

    fn claims(&self, location: &ObjectLocation) -> bool {
        location.scheme() == Scheme::S3 && location.endpoint() == Some(self.cluster.authority())
    }

    // Swift has a parameter for the file name, but does not sign it: whoever has the link could change it.
    fn refuses(&self, overrides: &ResponseOverrides) -> Option<&'static str> {
        let why = "Swift's temporary URLs do not sign response headers: remove 'response' from the rule";
        (!overrides.is_empty()).then_some(why)
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        vec![Endpoint::path(Scheme::S3, self.cluster.authority())]
    }

    fn string_to_sign(&self, request: &SignRequest<'_>) -> Option<String> {
        Some(self.lines(request))
    }
}

impl fmt::Debug for SwiftSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SwiftSigner")
            .field("cluster", &self.cluster)
            .field("account", &self.account)
            .finish_non_exhaustive()
    }
}
