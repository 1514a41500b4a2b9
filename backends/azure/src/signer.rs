//! Signing for one storage account.

use async_trait::async_trait;
use presign_core::{
    CredentialInfo, Endpoint, Multipart, ObjectLocation, Operation, Readiness, ResponseOverrides, SignError,
    SignRequest, SignedUrl, Signer, Timestamp,
};

use crate::{
    credential::Credential,
    delegation::{Delegation, DelegationKey, correlation_id},
    ready_made::ReadyMadeSas,
    sas::Sas,
    sas_key::SasKey,
    service_version::ServiceVersion,
    store::Store,
};

/// Signs links to the blobs of one storage account.
///
/// `GET` and `HEAD` get the same link, because a SAS names permissions and not methods. A `PUT` has to be sent with the
/// header `x-ms-blob-type: BlockBlob`. With a ready-made SAS, [`SignedUrl::expires_at`] is that SAS's own end: it cannot
/// be made shorter, so it may lie beyond the life that was asked for. With a user delegation key it is that key's end,
/// where the key ends earlier.
#[derive(Debug)]
pub struct AzureSigner {
    store: Store,
    credential: Credential,
}

impl AzureSigner {
    pub(crate) const fn new(store: Store, credential: Credential) -> Self {
        Self { store, credential }
    }

    /// Signs with what is at hand; `None` when a user delegation key has to be fetched first.
    fn sign_at_hand(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        if let Err(error) = self.check(request) {
            return Some(Err(error));
        }
        let signed = match &self.credential {
            Credential::AccountKey { key, version } => {
                Ok((self.with_account_key(request, key, version), request.expires_at()))
            }
            Credential::ReadyMade(sas) => self.with_ready_made_sas(request, sas).map(|url| (url, sas.expires())),
            Credential::Delegated { keys, version } => {
                let held = keys.current()?;
                self.with_delegation_key(request, &held.credential, version)
            }
        };
        Some(signed.map(|(url, expires_at)| wrap(url, request, expires_at)))
    }

    fn check(&self, request: &SignRequest<'_>) -> Result<(), SignError> {
        if request.attribution.is_some() && !self.attributes() {
            return Err(SignError::UnsupportedAttribution);
        }
        self.store.check(request.location)
    }

    fn with_account_key(&self, request: &SignRequest<'_>, key: &SasKey, version: &ServiceVersion) -> String {
        let sas = self.sas(request, version);
        let signature = key.sign(&sas.string_to_sign());
        self.url(request, &sas, &signature)
    }

    /// No link outlives the key.
    fn with_delegation_key(
        &self,
        request: &SignRequest<'_>,
        key: &DelegationKey,
        version: &ServiceVersion,
    ) -> Result<(String, Timestamp), SignError> {
        if request.signed_at >= key.expires_at() || request.expires_at() <= key.not_before() {
            let (first, last) = (key.not_before(), key.expires_at());
            let message = format!("the user delegation key at hand is good from {first} to {last}: look at the clocks");
            return Err(SignError::Unavailable { message, retry_after: None });
        }
        let delegation = delegation(request, key);
        let sas = self.sas(request, version).delegated(&delegation);
        let signature = key.sign(&sas.string_to_sign());
        Ok((self.url(request, &sas, &signature), request.expires_at().min(key.expires_at())))
    }

    fn url(&self, request: &SignRequest<'_>, sas: &Sas<'_>, signature: &str) -> String {
        let mut url = self.store.url(request.location, request.audience, sas.room());
        sas.append_to(&mut url, signature);
        url
    }

    fn sas<'a>(&'a self, request: &'a SignRequest<'a>, version: &'a ServiceVersion) -> Sas<'a> {
        Sas::new(request, self.store.account(), version, self.store.is_secure(request.audience))
    }

    fn with_ready_made_sas(&self, request: &SignRequest<'_>, sas: &ReadyMadeSas) -> Result<String, SignError> {
        sas.check(request)?;
        let mut url = self.store.url(request.location, request.audience, sas.room());
        sas.append_to(&mut url);
        Ok(url)
    }
}

fn delegation<'a>(request: &SignRequest<'_>, key: &'a DelegationKey) -> Delegation<'a> {
    Delegation { key, correlation_id: request.attribution.map(correlation_id).unwrap_or_default() }
}

fn wrap(url: String, request: &SignRequest<'_>, expires_at: Timestamp) -> SignedUrl {
    let signed = SignedUrl::new(url, request.operation, expires_at);
    match request.operation {
        // https://learn.microsoft.com/rest/api/storageservices/put-blob#request-headers-all-blob-types
        Operation::Put => written(signed.with_header("x-ms-blob-type", "BlockBlob"), request),
        _ => signed,
    }
}

/// The type that the blob shall have. A shared access signature covers no header, so this one is not insisted on, and a
/// length cannot be.
pub(crate) fn written(link: SignedUrl, request: &SignRequest<'_>) -> SignedUrl {
    match request.content_type {
        Some(content_type) => link.with_header("x-ms-blob-content-type", content_type),
        None => link,
    }
}

fn ready_made(sas: &ReadyMadeSas) -> CredentialInfo {
    CredentialInfo { expires_at: Some(sas.expires()), ..CredentialInfo::PERMANENT }
}

#[async_trait]
impl Signer for AzureSigner {
    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        self.sign_at_hand(request)
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        if let Some(signed) = self.sign_at_hand(request) {
            return signed;
        }
        let Credential::Delegated { keys, version } = &self.credential else {
            return Err(SignError::Internal("only a user delegation key has to be waited for".to_owned()));
        };
        let held = keys.get(request.signed_at).await?;
        let (url, expires_at) = self.with_delegation_key(request, &held.credential, version)?;
        Ok(wrap(url, request, expires_at))
    }

    fn claims(&self, location: &ObjectLocation) -> bool {
        let covered = match &self.credential {
            Credential::AccountKey { .. } | Credential::Delegated { .. } => true,
            Credential::ReadyMade(sas) => sas.covers(location),
        };
        covered && self.store.claims(location)
    }

    fn buckets(&self) -> &[String] {
        self.store.containers().patterns()
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        self.store.endpoints().to_vec()
    }

    fn refuses(&self, overrides: &ResponseOverrides) -> Option<&'static str> {
        match &self.credential {
            Credential::AccountKey { .. } | Credential::Delegated { .. } => None,
            Credential::ReadyMade(_) => ReadyMadeSas::refuses(overrides),
        }
    }

    fn readiness(&self, now: Timestamp) -> Readiness {
        match &self.credential {
            Credential::AccountKey { .. } => Readiness::Ready,
            Credential::ReadyMade(sas) => sas.trouble_at(now).map_or(Readiness::Ready, Readiness::NotReady),
            Credential::Delegated { keys, .. } => keys.readiness(now),
        }
    }

    fn credential(&self) -> Option<CredentialInfo> {
        match &self.credential {
            Credential::AccountKey { .. } => Some(CredentialInfo::PERMANENT),
            Credential::ReadyMade(sas) => Some(ready_made(sas)),
            Credential::Delegated { keys, .. } => keys.info(),
        }
    }

    async fn renew(&self, needed_until: Timestamp) -> Result<CredentialInfo, SignError> {
        match &self.credential {
            Credential::AccountKey { .. } => Ok(CredentialInfo::PERMANENT),
            Credential::ReadyMade(sas) => Ok(ready_made(sas)),
            Credential::Delegated { keys, .. } => keys.get(needed_until).await.map(|held| held.info),
        }
    }

    async fn keep_fresh(&self) {
        if let Credential::Delegated { keys, .. } = &self.credential {
            keys.keep_fresh().await;
        }
    }

    /// A user delegation SAS has a field for it, and the others have none.
    fn attributes(&self) -> bool {
        matches!(self.credential, Credential::Delegated { .. })
    }

    fn multipart(&self) -> Option<&dyn Multipart> {
        Some(self)
    }

    /// The string that the key signs. With a ready-made SAS nothing is signed here.
    fn string_to_sign(&self, request: &SignRequest<'_>) -> Option<String> {
        match &self.credential {
            Credential::AccountKey { version, .. } => Some(self.sas(request, version).string_to_sign()),
            Credential::ReadyMade(_) => None,
            Credential::Delegated { keys, version } => {
                let held = keys.current()?;
                let delegation = delegation(request, &held.credential);
                Some(self.sas(request, version).delegated(&delegation).string_to_sign())
            }
        }
    }
}
