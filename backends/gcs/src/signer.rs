//! Signing for Google Cloud Storage.

use async_trait::async_trait;
use presign_core::{
    Buckets, Endpoint, ObjectLocation, ResponseOverrides, Scheme, SignError, SignRequest, SignedUrl, Signer,
};
use presign_v4::PresignRequest;

use crate::{address::Address, credential::Credential};

/// Signs links to the objects of Google Cloud Storage.
///
/// `Cache-Control` cannot be overridden: Google has
/// [no such parameter](https://cloud.google.com/storage/docs/xml-api/reference-headers#query), so a request for it is
/// refused.
#[derive(Debug)]
pub struct GcsSigner {
    address: Address,
    endpoints: Vec<Endpoint>,
    buckets: Buckets,
    credential: Credential,
}

impl GcsSigner {
    pub(crate) const fn new(
        address: Address,
        endpoints: Vec<Endpoint>,
        buckets: Buckets,
        credential: Credential,
    ) -> Self {
        Self { address, endpoints, buckets, credential }
    }

    fn check(&self, request: &SignRequest<'_>) -> Result<(), SignError> {
        let location = request.location;
        if !self.names_this_store(location) {
            return Err(SignError::NotServed("it is not in this Google Cloud Storage".to_owned()));
        }
        if !self.buckets.contains(location.bucket()) {
            let bucket = location.bucket();
            return Err(SignError::NotServed(format!("the bucket '{bucket}' is not among the configured ones")));
        }
        if request.overrides.cache_control.is_some() {
            let why = "Google Cloud Storage cannot override Cache-Control: set it on the object, not in a link";
            return Err(SignError::UnsupportedOverride(why));
        }
        Ok(())
    }

    fn names_this_store(&self, location: &ObjectLocation) -> bool {
        let named = |endpoint: &Endpoint| endpoint.location_endpoint().as_deref() == location.endpoint();
        location.scheme() == Scheme::Gs && (location.endpoint().is_none() || self.endpoints.iter().any(named))
    }

    /// Puts the request into the form that is signed, and passes it on.
    fn presign<T>(&self, request: &SignRequest<'_>, then: impl FnOnce(&PresignRequest<'_>) -> T) -> T {
        let place = self.address.place(request.location.bucket(), request.location.key().as_str());
        let query = query(request.overrides);
        let method = request.operation.method();
        then(&PresignRequest {
            scheme: self.address.scheme(),
            host: &place.host,
            path: &place.path,
            query: &query,
            ..PresignRequest::new(method, request.signed_at, request.expires_in)
        })
    }
}

/// The [parameters](https://cloud.google.com/storage/docs/xml-api/reference-headers#query) that override response headers.
fn query(overrides: &ResponseOverrides) -> Vec<(&str, &str)> {
    let disposition = overrides.content_disposition.as_deref().map(|value| ("response-content-disposition", value));
    let content_type = overrides.content_type.as_deref().map(|value| ("response-content-type", value));
    disposition.into_iter().chain(content_type).collect()
}

fn link(url: String, request: &SignRequest<'_>) -> SignedUrl {
    SignedUrl::new(url, request.operation, request.expires_at())
}

#[async_trait]
impl Signer for GcsSigner {
    /// `None` with a service account's key: an RSA signature takes too long for the threads that serve requests.
    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        if let Err(error) = self.check(request) {
            return Some(Err(error));
        }
        match &self.credential {
            Credential::Hmac(signer) => {
                let url = self.presign(request, |presign| signer.sign(presign));
                Some(Ok(link(url, request)))
            }
            Credential::ServiceAccount(_) => None,
        }
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        self.check(request)?;
        let url = match &self.credential {
            Credential::Hmac(signer) => self.presign(request, |presign| signer.sign(presign)),
            Credential::ServiceAccount(account) => {
                account.sign(self.presign(request, |presign| account.unsigned(presign))).await?
            }
        };
        Ok(link(url, request))
    }

    fn claims(&self, location: &ObjectLocation) -> bool {
        self.names_this_store(location) && self.buckets.contains(location.bucket())
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        self.endpoints.clone()
    }

    /// The string to sign, and below it the canonical request that it holds the hash of.
    fn string_to_sign(&self, request: &SignRequest<'_>) -> Option<String> {
        Some(self.presign(request, |presign| self.credential.explain(presign)).to_string())
    }
}
