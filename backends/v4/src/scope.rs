//! Who signs, and for which region and service.

use presign_core::{Timestamp, encode};
use secrecy::{ExposeSecret, SecretString};

use crate::{Explanation, PresignRequest, Unsigned, canonical::CanonicalRequest, dialect::Dialect};

/// A credential's scope, as far as it is no secret: it makes the unsigned URL and the string to sign.
#[derive(Debug, Clone)]
pub struct Scope {
    pub(crate) dialect: Dialect,
    identity: String,
    pub(crate) region: String,
    pub(crate) service: String,
    encoded_token: Option<SecretString>,
}

/// A scope on one day: the texts that stay the same all day.
#[derive(Debug)]
pub(crate) struct DayScope {
    /// `20130524/us-east-1/s3/aws4_request`
    text: String,
    /// Identity and scope, encoded for the query.
    credential: String,
}

impl Scope {
    /// The scope of GOOG4-RSA-SHA256: `identity` is the service account's email.
    pub fn goog4_rsa(identity: impl Into<String>, region: impl Into<String>, service: impl Into<String>) -> Self {
        Self::new(Dialect::GOOG4_RSA, identity.into(), region.into(), service.into())
    }

    pub(crate) const fn new(dialect: Dialect, identity: String, region: String, service: String) -> Self {
        Self { dialect, identity, region, service, encoded_token: None }
    }

    pub(crate) fn set_session_token(&mut self, token: &SecretString) {
        self.encoded_token = Some(encode::query(token.expose_secret()).into());
    }

    /// The URL without its signature, and the string to sign.
    pub fn unsigned(&self, request: &PresignRequest<'_>) -> Unsigned {
        self.unsigned_on(&self.on_day_of(request.signed_at), request)
    }

    /// What is signed for a request, for people to read. The session token is redacted.
    #[must_use]
    pub fn explain(&self, request: &PresignRequest<'_>) -> Explanation {
        let day = self.on_day_of(request.signed_at);
        let date = request.signed_at.iso8601_basic();
        let canonical = self.canonical(&day, &date, request);
        Explanation {
            string_to_sign: self.string_to_sign(&day, &date, &canonical),
            canonical_request: canonical.redacted(self.dialect.parameters.security_token),
        }
    }

    pub(crate) fn on_day_of(&self, time: Timestamp) -> DayScope {
        let text = [&time.date_basic(), &self.region, &self.service, self.dialect.terminator].join("/");
        let credential = encode::query(&format!("{}/{text}", self.identity));
        DayScope { text, credential }
    }

    pub(crate) fn unsigned_on(&self, day: &DayScope, request: &PresignRequest<'_>) -> Unsigned {
        let date = request.signed_at.iso8601_basic();
        let canonical = self.canonical(day, &date, request);
        let string_to_sign = self.string_to_sign(day, &date, &canonical);
        Unsigned::new(canonical.url(request), string_to_sign, self.dialect.parameters.signature)
    }

    fn canonical(&self, day: &DayScope, date: &str, request: &PresignRequest<'_>) -> CanonicalRequest {
        let token = self.encoded_token.as_ref().map(ExposeSecret::expose_secret);
        CanonicalRequest::new(&self.dialect, &day.credential, date, token, request)
    }

    fn string_to_sign(&self, day: &DayScope, date: &str, canonical: &CanonicalRequest) -> String {
        let mut text = String::with_capacity(192);
        for line in [self.dialect.algorithm, date, &day.text] {
            text.push_str(line);
            text.push('\n');
        }
        canonical.push_hash(&mut text);
        text
    }
}
