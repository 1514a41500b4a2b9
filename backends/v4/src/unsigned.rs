//! A URL that waits for its signature.

use std::fmt;

use crate::hex;

/// A URL that is complete but for the signature, and the string to sign.
#[must_use]
pub struct Unsigned {
    url: String,
    string_to_sign: String,
    signature_parameter: &'static str,
}

impl Unsigned {
    pub(crate) const fn new(url: String, string_to_sign: String, signature_parameter: &'static str) -> Self {
        Self { url, string_to_sign, signature_parameter }
    }

    /// What has to be signed.
    #[must_use]
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }

    /// The whole URL, with the signature's bytes in hexadecimal at its end. It is a bearer secret from here on.
    #[must_use]
    pub fn with_signature(mut self, signature: &[u8]) -> String {
        self.url.reserve_exact(self.signature_parameter.len() + 2 + 2 * signature.len());
        for part in ["&", self.signature_parameter, "="] {
            self.url.push_str(part);
        }
        hex::push(&mut self.url, signature);
        self.url
    }
}

// The URL may hold a session token.
impl fmt::Debug for Unsigned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unsigned").field("string_to_sign", &self.string_to_sign).finish_non_exhaustive()
    }
}

/// What is signed for a request, without any secret. Displayed, it is both texts with an empty line between them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explanation {
    /// The string to sign.
    pub string_to_sign: String,
    /// The canonical request, whose hash is the last line of the string to sign. A session token is `<redacted>`.
    pub canonical_request: String,
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n\n{}", self.string_to_sign, self.canonical_request)
    }
}
