//! What a link holds, and its signature.
//!
//! A link is `<content URL>/<key>?<parameters>&X-Presign-Signature=<64 hex digits>`. The signature is HMAC-SHA256 over
//! five lines: algorithm, method, scope (the backend's name and its bucket), key, and parameters. All but the first two are
//! percent-encoded, so that none of them can hold a line's end.

use std::fmt::{self, Write as _};

use hmac::{Hmac, KeyInit, Mac};
use presign_core::{BuildError, ExpiresIn, ObjectKey, Operation, ResponseOverrides, Timestamp, encode};
use secrecy::{ExposeSecret, SecretSlice};
use sha2::Sha256;

pub(crate) const ALGORITHM: &str = "PRESIGN1-HMAC-SHA256";

/// The parameters' names, in the order in which they are signed.
pub(crate) mod parameter {
    pub(crate) const ALGORITHM: &str = "X-Presign-Algorithm";
    pub(crate) const DATE: &str = "X-Presign-Date";
    pub(crate) const EXPIRES: &str = "X-Presign-Expires";
    pub(crate) const CACHE_CONTROL: &str = "response-cache-control";
    pub(crate) const CONTENT_DISPOSITION: &str = "response-content-disposition";
    pub(crate) const CONTENT_TYPE: &str = "response-content-type";
    pub(crate) const SIGNATURE: &str = "X-Presign-Signature";
}

/// Everything that a link's signature covers, but the scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claims<'a> {
    pub(crate) operation: Operation,
    pub(crate) key: &'a ObjectKey,
    pub(crate) signed_at: Timestamp,
    pub(crate) expires_in: ExpiresIn,
    pub(crate) overrides: &'a ResponseOverrides,
}

impl Claims<'_> {
    /// The parameters but for the signature, each encoded, in their one order.
    pub(crate) fn parameters(&self) -> String {
        let mut text = format!(
            "{}={ALGORITHM}&{}={}&{}={}",
            parameter::ALGORITHM,
            parameter::DATE,
            self.signed_at.unix(),
            parameter::EXPIRES,
            self.expires_in.seconds()
        );
        for (name, value) in [
            (parameter::CACHE_CONTROL, &self.overrides.cache_control),
            (parameter::CONTENT_DISPOSITION, &self.overrides.content_disposition),
            (parameter::CONTENT_TYPE, &self.overrides.content_type),
        ] {
            if let Some(value) = value {
                text.extend(["&", name, "="]);
                encode::query_into(&mut text, value);
            }
        }
        text
    }
}

/// The key that links of one backend are signed with.
#[derive(Clone)]
pub(crate) struct LinkKey {
    keyed: Hmac<Sha256>,
    scope: String,
}

impl LinkKey {
    /// The key for one backend: two that share a secret do not accept each other's links.
    pub(crate) fn new(secret: &SecretSlice<u8>, backend: &str, bucket: &str) -> Result<Self, BuildError> {
        let keyed = Hmac::new_from_slice(secret.expose_secret())
            .map_err(|_| BuildError::at("link_secret", "is no key for HMAC-SHA256"))?;
        Ok(Self { keyed, scope: format!("{}/{}", encode::query(backend), encode::query(bucket)) })
    }

    /// The five lines.
    pub(crate) fn string_to_sign(&self, claims: &Claims<'_>) -> String {
        let (method, key, parameters) = (claims.operation.method(), claims.key.as_str(), claims.parameters());
        format!("{ALGORITHM}\n{method}\n{}\n{}\n{parameters}", self.scope, encode::path(key))
    }

    /// The signature, in lower case hexadecimal.
    pub(crate) fn signature(&self, claims: &Claims<'_>) -> String {
        let mut mac = self.keyed.clone();
        mac.update(self.string_to_sign(claims).as_bytes());
        mac.finalize().into_bytes().iter().fold(String::with_capacity(64), |mut text, byte| {
            // Writing to a `String` cannot fail.
            let _ = write!(text, "{byte:02x}");
            text
        })
    }
}

impl fmt::Debug for LinkKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LinkKey").field("scope", &self.scope).finish_non_exhaustive()
    }
}
