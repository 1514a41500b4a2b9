//! The canonical request: the text that a signature covers, and that the URL is made of.

use presign_core::encode;
use sha2::{Digest, Sha256};

use crate::{
    PresignRequest,
    dialect::Dialect,
    headers::SignedHeaders,
    hex,
    query::{self, Parameter},
};

/// What stands for the payload's hash when the payload is not signed.
const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// Room for method, headers, and all parameters but path and session token: enough for most requests.
const USUAL_LENGTH: usize = 512;

/// Room for the signature's parameter, beside what the canonical request has too.
const SIGNATURE_LENGTH: usize = 96;

/// The canonical request. It holds the session token, so it has no `Debug`.
pub(crate) struct CanonicalRequest(String);

impl CanonicalRequest {
    /// `date` is the request's [`PresignRequest::signed_at`], in the form that is signed.
    pub(crate) fn new(
        dialect: &Dialect,
        credential: &str,
        date: &str,
        token: Option<&str>,
        request: &PresignRequest<'_>,
    ) -> Self {
        let headers = SignedHeaders::of(request);
        let path_length: usize = request.path.iter().map(|piece| piece.len()).sum();
        let capacity = USUAL_LENGTH + path_length * 2 + token.map_or(0, str::len);
        let mut text = String::with_capacity(capacity);
        text.push_str(request.method);
        text.push('\n');
        for piece in request.path {
            encode::path_into(&mut text, piece);
        }
        text.push('\n');
        append_query(&mut text, dialect, [credential, date, &headers.names], token, request);
        text.push('\n');
        for part in [&headers.lines, "\n", &headers.names, "\n", request.payload_hash.unwrap_or(UNSIGNED_PAYLOAD)] {
            text.push_str(part);
        }
        Self(text)
    }

    /// The URL without a signature: the second and third line of the canonical request are its path and query.
    pub(crate) fn url(&self, request: &PresignRequest<'_>) -> String {
        let mut lines = self.0.split('\n').skip(1);
        let (path, query) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        let mut url = String::with_capacity(self.0.len() + SIGNATURE_LENGTH);
        url.push_str(request.scheme);
        url.push_str("://");
        url.extend(request.host.iter().copied());
        for part in [path, "?", query] {
            url.push_str(part);
        }
        url
    }

    /// Appends SHA-256 of it, in hexadecimal.
    pub(crate) fn push_hash(&self, target: &mut String) {
        hex::push(target, &Sha256::digest(&self.0));
    }

    /// The text, with the session token's value replaced.
    pub(crate) fn redacted(&self, token_parameter: &str) -> String {
        let hide = |parameter: &str| match parameter.split_once('=') {
            Some((name, _)) if name == token_parameter => format!("{name}=<redacted>"),
            _ => parameter.to_owned(),
        };
        self.0.split('&').map(hide).collect::<Vec<_>>().join("&")
    }
}

fn append_query(
    target: &mut String,
    dialect: &Dialect,
    [credential, date, signed_headers]: [&str; 3],
    token: Option<&str>,
    request: &PresignRequest<'_>,
) {
    let names = &dialect.parameters;
    let expires = request.expires_in.seconds().to_string();
    let mut parameters = Vec::with_capacity(6 + request.query.len());
    parameters.extend([
        Parameter::encoded(names.algorithm, dialect.algorithm),
        Parameter::encoded(names.credential, credential),
        Parameter::encoded(names.date, date),
        Parameter::encoded(names.expires, &expires),
    ]);
    parameters.extend(token.map(|token| Parameter::encoded(names.security_token, token)));
    parameters.push(Parameter::literal(names.signed_headers, signed_headers));
    parameters.extend(request.query.iter().map(|(name, value)| Parameter::literal(name, value)));
    parameters.sort_by(Parameter::compare);
    query::append(target, &parameters);
}
