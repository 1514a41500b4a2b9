//! What a signer signs with.

use presign_v4::{Explanation, HmacSigner, PresignRequest};

use crate::service_account::ServiceAccount;

/// The location in the
/// [credential scope](https://cloud.google.com/storage/docs/authentication/signatures#credential-scope): Google takes any.
pub(crate) const REGION: &str = "auto";

/// The service in the credential scope.
pub(crate) const SERVICE: &str = "storage";

/// One of the kinds of credential.
#[derive(Debug)]
pub(crate) enum Credential {
    /// GOOG4-RSA-SHA256.
    ServiceAccount(ServiceAccount),
    /// GOOG4-HMAC-SHA256.
    Hmac(HmacSigner),
}

impl Credential {
    /// What is signed for a request, for people to read.
    pub(crate) fn explain(&self, request: &PresignRequest<'_>) -> Explanation {
        match self {
            Self::ServiceAccount(account) => account.explain(request),
            Self::Hmac(signer) => signer.explain(request),
        }
    }
}
