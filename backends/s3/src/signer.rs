//! Signing for S3.

use async_trait::async_trait;
use presign_core::{
    Audience, Buckets, CredentialInfo, Endpoint, Multipart, ObjectLocation, ResponseOverrides, Scheme, SignError,
    SignRequest, SignedUrl, Signer,
};
use presign_v4::{PresignRequest, Written};

use crate::{address::Address, keyring::Keyring};

/// Signs links to the objects of one S3 store.
#[derive(Debug)]
pub struct S3Signer {
    store: Store,
    keyring: Keyring,
}

/// Where the objects lie, and which may be signed for.
#[derive(Debug)]
pub(crate) struct Store {
    /// For clients.
    address: Address,
    /// For the gateway itself.
    own_address: Address,
    endpoints: Vec<Endpoint>,
    /// How locations name these endpoints.
    names: Vec<String>,
    buckets: Buckets,
}

impl Store {
    pub(crate) fn new(address: Address, own_address: Address, endpoints: Vec<Endpoint>, buckets: Buckets) -> Self {
        let names = endpoints.iter().filter_map(Endpoint::location_endpoint).collect();
        Self { address, own_address, endpoints, names, buckets }
    }

    fn check(&self, location: &ObjectLocation) -> Result<(), SignError> {
        if !self.names_this_store(location) {
            return Err(SignError::NotServed("it is in another store".to_owned()));
        }
        if !self.buckets.contains(location.bucket()) {
            let bucket = location.bucket();
            return Err(SignError::NotServed(format!("the bucket '{bucket}' is not among the configured ones")));
        }
        Ok(())
    }

    fn names_this_store(&self, location: &ObjectLocation) -> bool {
        let named = |name: &str| self.names.iter().any(|known| known == name);
        location.scheme() == Scheme::S3 && location.endpoint().is_none_or(named)
    }
}

impl S3Signer {
    pub(crate) const fn new(store: Store, keyring: Keyring) -> Self {
        Self { store, keyring }
    }

    fn link(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        self.link_for(request, request.operation.method(), &query(request.overrides), written(request))
    }

    /// A link for one method, one query, and what is written.
    pub(crate) fn link_for(
        &self,
        request: &SignRequest<'_>,
        method: &str,
        query: &[(&str, &str)],
        written: Written,
    ) -> Result<SignedUrl, SignError> {
        let key = self.keyring.current();
        let url = self.presign(request, method, query, &written, |presign| key.signer.sign(presign))?;
        Ok(written.listed_by(SignedUrl::new(url, request.operation, request.expires_at())))
    }

    /// Puts the request into the form that is signed, and passes it on.
    fn presign<T>(
        &self,
        request: &SignRequest<'_>,
        method: &str,
        query: &[(&str, &str)],
        written: &Written,
        then: impl FnOnce(&PresignRequest<'_>) -> T,
    ) -> Result<T, SignError> {
        let location = request.location;
        if request.attribution.is_some() {
            return Err(SignError::UnsupportedAttribution);
        }
        self.store.check(location)?;
        let address = match request.audience {
            Audience::Client => &self.store.address,
            Audience::Gateway => &self.store.own_address,
        };
        let place = address.place(location.bucket(), location.key().as_str()).ok_or_else(|| {
            let bucket = location.bucket();
            SignError::NotServed(format!("the bucket '{bucket}' cannot stand in front of an accelerated host"))
        })?;
        Ok(then(&PresignRequest {
            scheme: address.scheme(),
            host: &place.host,
            path: &place.path,
            query,
            headers: &written.headers(),
            ..PresignRequest::new(method, request.signed_at, request.expires_in)
        }))
    }
}

/// What a link for writing insists on.
pub(crate) fn written(request: &SignRequest<'_>) -> Written {
    Written::by(request, |bytes| ("content-length", bytes.to_string()))
}

/// The [parameters](https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestSyntax) that
/// override response headers.
fn query(overrides: &ResponseOverrides) -> Vec<(&str, &str)> {
    let named = [
        ("response-cache-control", &overrides.cache_control),
        ("response-content-disposition", &overrides.content_disposition),
        ("response-content-type", &overrides.content_type),
    ];
    named.into_iter().filter_map(|(name, value)| value.as_deref().map(|value| (name, value))).collect()
}

#[async_trait]
impl Signer for S3Signer {
    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        Some(self.link(request))
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        self.link(request)
    }

    fn claims(&self, location: &ObjectLocation) -> bool {
        self.store.check(location).is_ok()
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        self.store.endpoints.clone()
    }

    fn credential(&self) -> Option<CredentialInfo> {
        Some(CredentialInfo { expires_at: self.keyring.current().credential.expires_at, ..CredentialInfo::PERMANENT })
    }

    fn string_to_sign(&self, request: &SignRequest<'_>) -> Option<String> {
        let key = self.keyring.current();
        let (method, query, written) = (request.operation.method(), query(request.overrides), written(request));
        self.presign(request, method, &query, &written, |presign| key.signer.explain(presign).to_string()).ok()
    }

    fn multipart(&self) -> Option<&dyn Multipart> {
        Some(self)
    }
}
