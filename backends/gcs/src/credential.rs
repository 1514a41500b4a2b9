//! What a signer signs with.

use presign_core::{CredentialInfo, ExpiresIn, Readiness, SignError, Timestamp};
use presign_credentials::CredentialCache;
use presign_v4::{Explanation, HmacSigner, PresignRequest};

use crate::{iam::IamAccount, key_account::KeyFileSource};

/// The location in the
/// [credential scope](https://cloud.google.com/storage/docs/authentication/signatures#credential-scope): Google takes any.
pub(crate) const REGION: &str = "auto";

/// The service in the credential scope.
pub(crate) const SERVICE: &str = "storage";

/// One of the kinds of credential.
#[derive(Debug)]
pub(crate) enum Credential {
    /// GOOG4-RSA-SHA256, with a key from a file.
    KeyFile(CredentialCache<KeyFileSource>),
    /// GOOG4-RSA-SHA256, with a key that IAM keeps.
    Iam(IamAccount),
    /// GOOG4-HMAC-SHA256.
    Hmac(Box<HmacSigner>),
}

impl Credential {
    /// What is signed for a request, for people to read; `None` as long as it is not known in whose name.
    pub(crate) fn explain(&self, request: &PresignRequest<'_>) -> Option<Explanation> {
        match self {
            Self::KeyFile(cache) => cache.current().map(|held| held.credential.account.explain(request)),
            Self::Iam(account) => account.explain(request),
            Self::Hmac(signer) => Some(signer.explain(request)),
        }
    }

    pub(crate) const fn longest_life(&self) -> ExpiresIn {
        match self {
            Self::KeyFile(_) | Self::Hmac(_) => ExpiresIn::MAX,
            Self::Iam(_) => IamAccount::LONGEST_LIFE,
        }
    }

    pub(crate) fn info(&self) -> Option<CredentialInfo> {
        match self {
            Self::KeyFile(cache) => cache.info(),
            Self::Iam(account) => account.credential(),
            Self::Hmac(_) => Some(CredentialInfo::PERMANENT),
        }
    }

    pub(crate) async fn renew(&self, needed_until: Timestamp) -> Result<CredentialInfo, SignError> {
        match self {
            Self::KeyFile(cache) => cache.get(needed_until).await.map(|held| held.info),
            Self::Iam(account) => account.renew().await,
            Self::Hmac(_) => Ok(CredentialInfo::PERMANENT),
        }
    }

    pub(crate) async fn keep_fresh(&self) {
        match self {
            Self::KeyFile(cache) => cache.keep_fresh().await,
            Self::Iam(account) => account.keep_fresh().await,
            Self::Hmac(_) => {}
        }
    }

    pub(crate) fn readiness(&self, now: Timestamp) -> Readiness {
        match self {
            Self::KeyFile(cache) => cache.readiness(now),
            Self::Iam(account) => account.readiness(now),
            Self::Hmac(_) => Readiness::Ready,
        }
    }
}
