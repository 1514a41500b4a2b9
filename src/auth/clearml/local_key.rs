//! `validation: token_secret`: tokens are checked here, with the secret that the apiserver signs them with.
//!
//! No call is made, so nothing is known of logouts and deleted users. The rules are those that the apiserver was seen
//! to follow: any HMAC, no audience, `exp` optional.

use std::fmt;

use jsonwebtoken::{AlgorithmFamily, DecodingKey, Validation, errors::ErrorKind};
use presign_core::Timestamp;

use super::claims::Claims;
use crate::auth::{AuthError, Principal};

/// The apiserver's secret.
pub(super) struct LocalKey {
    key: DecodingKey,
    validation: Validation,
}

impl LocalKey {
    pub(super) fn new(secret: &str) -> Self {
        let mut validation = Validation::new_for_family(AlgorithmFamily::Hmac);
        // Times are checked below, against the caller's clock and not the library's.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Self { key: DecodingKey::from_secret(secret.as_bytes()), validation }
    }

    /// Whose token it is.
    ///
    /// # Errors
    /// Why it is nobody's.
    pub(super) fn verify(&self, token: &str, now: Timestamp) -> Result<Principal, AuthError> {
        let claims: Claims = jsonwebtoken::decode(token, &self.key, &self.validation)
            .map_err(|error| match error.kind() {
                ErrorKind::InvalidSignature | ErrorKind::InvalidAlgorithm => AuthError::Refused,
                _ => AuthError::Malformed,
            })?
            .claims;
        if claims.has_expired(now) {
            return Err(AuthError::Expired);
        }
        if claims.is_misplaced(now) {
            return Err(AuthError::Refused);
        }
        claims.into_principal().ok_or(AuthError::Malformed)
    }
}

impl fmt::Debug for LocalKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LocalKey([REDACTED])")
    }
}
