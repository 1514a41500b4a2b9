//! Signing for Google Cloud Storage.

use async_trait::async_trait;
use presign_core::{
    Buckets, CredentialInfo, Endpoint, ExpiresIn, Multipart, ObjectLocation, Readiness, ResponseOverrides, Scheme,
    SignError, SignRequest, SignedUrl, Signer, Timestamp,
};
use presign_v4::{PresignRequest, Written};

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
        self.refuses(request.overrides).map_or(Ok(()), |why| Err(SignError::UnsupportedOverride(why)))
    }

    fn names_this_store(&self, location: &ObjectLocation) -> bool {
        let named = |endpoint: &Endpoint| endpoint.location_endpoint().as_deref() == location.endpoint();
        location.scheme() == Scheme::Gs && (location.endpoint().is_none() || self.endpoints.iter().any(named))
    }

    /// A link for one method, one query, and what is written.
    pub(crate) async fn link_for(
        &self,
        request: &SignRequest<'_>,
        method: &str,
        query: &[(&str, &str)],
        written: Written,
    ) -> Result<SignedUrl, SignError> {
        self.check(request)?;
        let url = match &self.credential {
            Credential::Hmac(signer) => self.presign(request, method, query, &written, |presign| signer.sign(presign)),
            Credential::KeyFile(cache) => {
                let held = cache.get(request.signed_at).await?;
                let account = &held.credential.account;
                account
                    .sign(self.presign(request, method, query, &written, |presign| account.unsigned(presign)))
                    .await?
            }
            Credential::Iam(account) => {
                let held = account.ability().await?;
                let identity = &held.credential.identity;
                let unsigned = self.presign(request, method, query, &written, |presign| identity.unsigned(presign));
                account.sign(unsigned, held).await?
            }
        };
        Ok(written.listed_by(link(url, request)))
    }

    /// Puts the request into the form that is signed, and passes it on.
    fn presign<T>(
        &self,
        request: &SignRequest<'_>,
        method: &str,
        query: &[(&str, &str)],
        written: &Written,
        then: impl FnOnce(&PresignRequest<'_>) -> T,
    ) -> T {
        let place = self.address.place(request.location.bucket(), request.location.key().as_str());
        then(&PresignRequest {
            scheme: self.address.scheme(),
            host: &place.host,
            path: &place.path,
            query,
            headers: &written.headers(),
            ..PresignRequest::new(method, request.signed_at, request.expires_in)
        })
    }
}

/// What a link for writing insists on. For the length Google has
/// [a header of its own](https://cloud.google.com/storage/docs/xml-api/reference-headers#xgoogcontentlengthrange).
pub(crate) fn written(request: &SignRequest<'_>) -> Written {
    Written::by(request, |bytes| ("x-goog-content-length-range", format!("{bytes},{bytes}")))
}

/// The [parameters](https://cloud.google.com/storage/docs/xml-api/reference-headers#query) that override response headers,
/// and the one that names the user.
fn query<'a>(request: &SignRequest<'a>) -> Vec<(&'static str, &'a str)> {
    let overrides = request.overrides;
    let disposition = overrides.content_disposition.as_deref().map(|value| ("response-content-disposition", value));
    let content_type = overrides.content_type.as_deref().map(|value| ("response-content-type", value));
    disposition.into_iter().chain(content_type).chain(attribution(request)).collect()
}

/// The user, as [custom audit information](https://cloud.google.com/storage/docs/audit-logging#add-custom-metadata).
pub(crate) fn attribution<'a>(request: &SignRequest<'a>) -> Option<(&'static str, &'a str)> {
    request.attribution.map(|user| ("X-Goog-Custom-Audit-clearml-user", as_long_as_google_takes(user)))
}

/// Google takes 1,200 characters of audit information.
fn as_long_as_google_takes(text: &str) -> &str {
    text.char_indices().nth(1200).and_then(|(end, _)| text.get(..end)).unwrap_or(text)
}

fn link(url: String, request: &SignRequest<'_>) -> SignedUrl {
    SignedUrl::new(url, request.operation, request.expires_at())
}

#[async_trait]
impl Signer for GcsSigner {
    /// `None` with a service account: an RSA signature takes too long for the threads that serve requests, and IAM is
    /// asked over the network.
    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        if let Err(error) = self.check(request) {
            return Some(Err(error));
        }
        match &self.credential {
            Credential::Hmac(signer) => {
                let (method, query, written) = (request.operation.method(), query(request), written(request));
                let url = self.presign(request, method, &query, &written, |presign| signer.sign(presign));
                Some(Ok(written.listed_by(link(url, request))))
            }
            Credential::KeyFile(_) | Credential::Iam(_) => None,
        }
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        self.link_for(request, request.operation.method(), &query(request), written(request)).await
    }

    fn claims(&self, location: &ObjectLocation) -> bool {
        self.names_this_store(location) && self.buckets.contains(location.bucket())
    }

    fn buckets(&self) -> &[String] {
        self.buckets.patterns()
    }

    fn refuses(&self, overrides: &ResponseOverrides) -> Option<&'static str> {
        let why = "Google Cloud Storage cannot override Cache-Control: set it on the object, not in a link";
        overrides.cache_control.is_some().then_some(why)
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        self.endpoints.clone()
    }

    fn longest_life(&self) -> ExpiresIn {
        self.credential.longest_life()
    }

    fn readiness(&self, now: Timestamp) -> Readiness {
        self.credential.readiness(now)
    }

    fn credential(&self) -> Option<CredentialInfo> {
        self.credential.info()
    }

    async fn renew(&self, needed_until: Timestamp) -> Result<CredentialInfo, SignError> {
        self.credential.renew(needed_until).await
    }

    async fn keep_fresh(&self) {
        self.credential.keep_fresh().await;
    }

    fn attributes(&self) -> bool {
        true
    }

    /// The string to sign, and below it the canonical request that it holds the hash of; `None` as long as no token has
    /// said in whose name IAM signs.
    fn string_to_sign(&self, request: &SignRequest<'_>) -> Option<String> {
        let (method, query, written) = (request.operation.method(), query(request), written(request));
        let explanation = self.presign(request, method, &query, &written, |presign| self.credential.explain(presign));
        explanation.map(|explanation| explanation.to_string())
    }

    fn multipart(&self) -> Option<&dyn Multipart> {
        Some(self)
    }
}
