//! A token that a service account makes itself.

use std::time::Duration;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use presign_core::Timestamp;
use presign_credentials::FetchError;
use serde_json::json;

use crate::key_file::KeyFile;

use super::{AccessToken, SCOPE};

const LIFE: Duration = Duration::from_hours(1);

/// Google takes a token that the account's own key signed: [AIP-4111](https://google.aip.dev/auth/4111).
pub(super) fn token(file: &KeyFile, now: Timestamp) -> Result<AccessToken, FetchError> {
    let expires_at = now.plus(LIFE);
    let email = &file.client_email;
    let header = json!({"alg": "RS256", "typ": "JWT"});
    let claims = json!({"iss": email, "sub": email, "scope": SCOPE, "iat": now.unix(), "exp": expires_at.unix()});
    let encoded = |part: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(part);
    let message = format!("{}.{}", encoded(header.to_string().as_bytes()), encoded(claims.to_string().as_bytes()));
    let failed = || FetchError::Refused("the service account's key does not sign".to_owned());
    let signature = file.key.sign(message.as_bytes()).ok_or_else(failed)?;
    Ok(AccessToken { secret: format!("{message}.{}", encoded(&signature)).into(), expires_at })
}
