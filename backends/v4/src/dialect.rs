//! What sets Google's V4 signatures apart from AWS's: four names.

/// One way of spelling a V4 signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Dialect {
    /// The first line of the string to sign, and the value of the first parameter.
    pub(crate) algorithm: &'static str,
    /// What goes before the secret when a day's key is derived.
    pub(crate) secret_prefix: &'static str,
    /// The end of the credential scope.
    pub(crate) terminator: &'static str,
    pub(crate) parameters: Parameters,
}

/// The names of the query parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Parameters {
    pub(crate) algorithm: &'static str,
    pub(crate) credential: &'static str,
    pub(crate) date: &'static str,
    pub(crate) expires: &'static str,
    pub(crate) security_token: &'static str,
    pub(crate) signed_headers: &'static str,
    pub(crate) signature: &'static str,
}

impl Dialect {
    pub(crate) const AWS4_HMAC: Self = Self {
        algorithm: "AWS4-HMAC-SHA256",
        secret_prefix: "AWS4",
        terminator: "aws4_request",
        parameters: Parameters {
            algorithm: "X-Amz-Algorithm",
            credential: "X-Amz-Credential",
            date: "X-Amz-Date",
            expires: "X-Amz-Expires",
            security_token: "X-Amz-Security-Token",
            signed_headers: "X-Amz-SignedHeaders",
            signature: "X-Amz-Signature",
        },
    };

    pub(crate) const GOOG4_HMAC: Self = Self {
        algorithm: "GOOG4-HMAC-SHA256",
        secret_prefix: "GOOG4",
        terminator: "goog4_request",
        parameters: Parameters {
            algorithm: "X-Goog-Algorithm",
            credential: "X-Goog-Credential",
            date: "X-Goog-Date",
            expires: "X-Goog-Expires",
            security_token: "X-Goog-Security-Token",
            signed_headers: "X-Goog-SignedHeaders",
            signature: "X-Goog-Signature",
        },
    };

    pub(crate) const GOOG4_RSA: Self = Self { algorithm: "GOOG4-RSA-SHA256", ..Self::GOOG4_HMAC };
}
