//! Signing for one storage account.

use async_trait::async_trait;
use presign_core::{
    CredentialInfo, Endpoint, Multipart, ObjectLocation, Operation, Readiness, ResponseOverrides, SignError,
    SignRequest, SignedUrl, Signer, Timestamp,
};

use crate::{
    account_key::AccountKey, credential::Credential, ready_made::ReadyMadeSas, service_sas::ServiceSas,
    service_version::ServiceVersion, store::Store,
};

/// Signs links to the blobs of one storage account.
///
/// `GET` and `HEAD` get the same link, because a SAS names permissions and not methods. A `PUT` has to be sent with the
/// header `x-ms-blob-type: BlockBlob`. With a ready-made SAS, [`SignedUrl::expires_at`] is that SAS's own end: it cannot
/// be made shorter, so it may lie beyond the life that was asked for.
#[derive(Debug)]
pub struct AzureSigner {
    store: Store,
    credential: Credential,
}

impl AzureSigner {
    pub(crate) const fn new(store: Store, credential: Credential) -> Self {
        Self { store, credential }
    }

    fn sign_request(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        self.store.check(request.location)?;
        if request.attribution.is_some() {
            return Err(SignError::UnsupportedAttribution);
        }
        let (url, expires_at) = match &self.credential {
            Credential::AccountKey { key, version } => (self.with_new_sas(request, key, version), request.expires_at()),
            Credential::ReadyMade(sas) => (self.with_ready_made_sas(request, sas)?, sas.expires()),
        };
        let signed = SignedUrl::new(url, request.operation, expires_at);
        Ok(match request.operation {
            // https://learn.microsoft.com/rest/api/storageservices/put-blob#request-headers-all-blob-types
            Operation::Put => written(signed.with_header("x-ms-blob-type", "BlockBlob"), request),
            _ => signed,
        })
    }

    fn with_new_sas(&self, request: &SignRequest<'_>, key: &AccountKey, version: &ServiceVersion) -> String {
        let sas = self.service_sas(request, version);
        let signature = key.sign(&sas.string_to_sign());
        let mut url = self.store.url(request.location, request.audience, sas.room());
        sas.append_to(&mut url, &signature);
        url
    }

    fn service_sas<'a>(&'a self, request: &'a SignRequest<'a>, version: &'a ServiceVersion) -> ServiceSas<'a> {
        ServiceSas::new(request, self.store.account(), version, self.store.is_secure(request.audience))
    }

    fn with_ready_made_sas(&self, request: &SignRequest<'_>, sas: &ReadyMadeSas) -> Result<String, SignError> {
        sas.check(request)?;
        let mut url = self.store.url(request.location, request.audience, sas.room());
        sas.append_to(&mut url);
        Ok(url)
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

#[async_trait]
impl Signer for AzureSigner {
    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        Some(self.sign_request(request))
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        self.sign_request(request)
    }

    fn claims(&self, location: &ObjectLocation) -> bool {
        let covered = match &self.credential {
            Credential::AccountKey { .. } => true,
            Credential::ReadyMade(sas) => sas.covers(location),
        };
        covered && self.store.claims(location)
    }

    fn endpoints(&self) -> Vec<Endpoint> {
        self.store.endpoints().to_vec()
    }

    fn refuses(&self, overrides: &ResponseOverrides) -> Option<&'static str> {
        match &self.credential {
            Credential::AccountKey { .. } => None,
            Credential::ReadyMade(_) => ReadyMadeSas::refuses(overrides),
        }
    }

    fn readiness(&self, now: Timestamp) -> Readiness {
        match &self.credential {
            Credential::AccountKey { .. } => Readiness::Ready,
            Credential::ReadyMade(sas) => sas.trouble_at(now).map_or(Readiness::Ready, Readiness::NotReady),
        }
    }

    fn credential(&self) -> Option<CredentialInfo> {
        Some(match &self.credential {
            Credential::AccountKey { .. } => CredentialInfo::PERMANENT,
            Credential::ReadyMade(sas) => {
                CredentialInfo { expires_at: Some(sas.expires()), ..CredentialInfo::PERMANENT }
            }
        })
    }

    fn multipart(&self) -> Option<&dyn Multipart> {
        Some(self)
    }

    /// The string that the account key signs. With a ready-made SAS nothing is signed here.
    fn string_to_sign(&self, request: &SignRequest<'_>) -> Option<String> {
        match &self.credential {
            Credential::AccountKey { version, .. } => Some(self.service_sas(request, version).string_to_sign()),
            Credential::ReadyMade(_) => None,
        }
    }
}
