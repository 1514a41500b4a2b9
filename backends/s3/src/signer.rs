//! Signing for S3.

use std::sync::Arc;

use async_trait::async_trait;
use presign_core::{
    Buckets, CredentialInfo, Endpoint, Multipart, ObjectLocation, Readiness, Scheme, SignError, SignRequest, SignedUrl,
    Signer, Timestamp,
};
use presign_credentials::Held;
use presign_v4::{PresignRequest, Written};

use crate::{Credential, provider::Provider, region::Sites, site::Site};

/// The parameter that names who asked for a link. S3 takes no notice of parameters that start with `x-`, but for writing
/// them to its access log
/// ([custom access log information](https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html#LogFormatCustom)).
const ATTRIBUTION: &str = "x-clearml-user";

/// Signs links to the objects of one S3 store.
#[derive(Debug)]
pub struct S3Signer {
    store: Store,
    sites: Arc<Sites>,
    provider: Provider,
}

/// Which objects may be signed for.
#[derive(Debug)]
pub(crate) struct Store {
    endpoints: Vec<Endpoint>,
    /// How locations name these endpoints.
    names: Vec<String>,
    buckets: Buckets,
}

/// What signs a link, and for where.
pub(crate) type Hand = (Arc<Site>, Arc<Held<Credential>>);

impl Store {
    pub(crate) fn new(endpoints: Vec<Endpoint>, buckets: Buckets) -> Self {
        let names = endpoints.iter().filter_map(Endpoint::location_endpoint).collect();
        Self { endpoints, names, buckets }
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
    pub(crate) const fn new(store: Store, sites: Arc<Sites>, provider: Provider) -> Self {
        Self { store, sites, provider }
    }

    /// What signs this request, if it is at hand.
    fn at_hand(&self, request: &SignRequest<'_>) -> Option<Hand> {
        let site = self.sites.at_hand(request.location.bucket())?;
        let held = self.provider.current()?;
        held.info.lasts_until(request.expires_at()).then_some((site, held))
    }

    /// What signs this request, waiting for it where it has to be fetched.
    pub(crate) async fn fetched(&self, request: &SignRequest<'_>) -> Result<Hand, SignError> {
        self.store.check(request.location)?;
        let held = self.provider.get(request.expires_at()).await?;
        if let Some(end) = held.info.expires_at.filter(|end| *end < request.expires_at()) {
            let message = format!("the credential ends at {end}, before the link would");
            return Err(SignError::Unavailable { message, retry_after: None });
        }
        let site = self.sites.find(request.location.bucket(), &held).await?;
        Ok((site, held))
    }

    fn link(&self, request: &SignRequest<'_>, hand: &Hand) -> Result<SignedUrl, SignError> {
        self.link_for(request, hand, request.operation.method(), &query(request), written(request))
    }

    /// A link for one method, one query, and what is written.
    pub(crate) fn link_for(
        &self,
        request: &SignRequest<'_>,
        (site, held): &Hand,
        method: &str,
        query: &[(&str, &str)],
        written: Written,
    ) -> Result<SignedUrl, SignError> {
        let key = site.key(held);
        let url = self.presign(request, site, method, query, &written, |presign| key.signer.sign(presign))?;
        Ok(written.listed_by(SignedUrl::new(url, request.operation, request.expires_at())))
    }

    /// Puts the request into the form that is signed, and passes it on.
    fn presign<T>(
        &self,
        request: &SignRequest<'_>,
        site: &Site,
        method: &str,
        query: &[(&str, &str)],
        written: &Written,
        then: impl FnOnce(&PresignRequest<'_>) -> T,
    ) -> Result<T, SignError> {
        let location = request.location;
        self.store.check(location)?;
        let address = site.address(request.audience);
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

    /// A credential's info. A bucket that turned out to lie elsewhere makes old links as useless as a new credential
    /// would.
    fn info(&self, held: &Held<Credential>) -> CredentialInfo {
        let generation = held.info.generation.saturating_add(self.sites.corrected());
        CredentialInfo { generation, ..held.info }
    }
}

/// What a link for writing insists on.
pub(crate) fn written(request: &SignRequest<'_>) -> Written {
    Written::by(request, |bytes| ("content-length", bytes.to_string()))
}

/// The [parameters](https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html#API_GetObject_RequestSyntax) that
/// override response headers, and the one that names who asked.
fn query<'a>(request: &SignRequest<'a>) -> Vec<(&'a str, &'a str)> {
    let overrides = request.overrides;
    let named = [
        ("response-cache-control", overrides.cache_control.as_deref()),
        ("response-content-disposition", overrides.content_disposition.as_deref()),
        ("response-content-type", overrides.content_type.as_deref()),
        (ATTRIBUTION, request.attribution),
    ];
    named.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect()
}

/// The parameter of a step of an upload in parts that names who asked.
pub(crate) fn attribution<'a>(request: &SignRequest<'a>) -> Option<(&'static str, &'a str)> {
    request.attribution.map(|name| (ATTRIBUTION, name))
}

#[async_trait]
impl Signer for S3Signer {
    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        if let Err(error) = self.store.check(request.location) {
            return Some(Err(error));
        }
        let hand = self.at_hand(request)?;
        Some(self.link(request, &hand))
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        let hand = self.fetched(request).await?;
        self.link(request, &hand)
    }

    fn readiness(&self, now: Timestamp) -> Readiness {
        self.provider.readiness(now)
    }

    async fn renew(&self, needed_until: Timestamp) -> Result<CredentialInfo, SignError> {
        Ok(self.info(&*self.provider.get(needed_until).await?))
    }

    async fn keep_fresh(&self) {
        futures::join!(self.provider.keep_fresh(), self.sites.keep_right(&self.provider));
    }

    fn attributes(&self) -> bool {
        true
    }

    fn claims(&self, location: &ObjectLocation) -> bool {
        self.store.check(location).is_ok()
    }

    fn buckets(&self) -> &[String] {
        self.store.buckets.patterns()
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        self.store.endpoints.clone()
    }

    fn credential(&self) -> Option<CredentialInfo> {
        self.provider.current().map(|held| self.info(&held))
    }

    fn string_to_sign(&self, request: &SignRequest<'_>) -> Option<String> {
        self.store.check(request.location).ok()?;
        let (site, held) = self.at_hand(request)?;
        let (key, written) = (site.key(&held), written(request));
        let explain = |presign: &PresignRequest<'_>| key.signer.explain(presign).to_string();
        self.presign(request, &site, request.operation.method(), &query(request), &written, explain).ok()
    }

    fn multipart(&self) -> Option<&dyn Multipart> {
        Some(self)
    }
}
