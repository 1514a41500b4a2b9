//! AWS's `GetCallerIdentity`, signed for somebody else to send.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{SignableBody, SignableRequest, SigningSettings, sign},
    sign::v4,
};
use presign_core::{Timestamp, encode};
use presign_credentials::FetchError;
use secrecy::SecretString;
use serde_json::json;
use url::Url;

/// The header that binds the request to one of Google's pools, so that it is good for nothing else.
const TARGET: &str = "x-goog-cloud-target-resource";

/// A call of [`GetCallerIdentity`](https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html).
pub(super) struct CallerIdentity<'a> {
    pub(super) url: &'a str,
    pub(super) region: &'a str,
    /// The pool's provider, for which the call is.
    pub(super) audience: &'a str,
}

impl CallerIdentity<'_> {
    /// The call as a subject token, in the form that
    /// [Google's service](https://cloud.google.com/iam/docs/reference/sts/rest/v1/TopLevel/token) takes.
    pub(super) fn signed(&self, credentials: Credentials, now: Timestamp) -> Result<SecretString, FetchError> {
        let refused = |what: &str| FetchError::Refused(format!("AWS's GetCallerIdentity cannot be signed: {what}"));
        let url = Url::parse(self.url).map_err(|_| refused("'regional_cred_verification_url' is no URL"))?;
        let host = url.host_str().ok_or_else(|| refused("'regional_cred_verification_url' has no host"))?;
        let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        let identity = credentials.into();
        let seconds = Duration::from_secs(now.unix().try_into().unwrap_or(0));
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(self.region)
            .name("sts")
            .time(SystemTime::UNIX_EPOCH + seconds)
            .settings(SigningSettings::default())
            .build()
            .map_err(|_| refused("a part is missing"))?
            .into();
        let own = [("host", host.as_str()), (TARGET, self.audience)];
        let request = SignableRequest::new("POST", self.url, own.into_iter(), SignableBody::Bytes(&[]))
            .map_err(|_| refused("the audience or the URL is malformed"))?;
        let (signed, _) = sign(request, &parameters).map_err(|_| refused("signing failed"))?.into_parts();
        let headers: Vec<_> =
            own.into_iter().chain(signed.headers()).map(|(key, value)| json!({"key": key, "value": value})).collect();
        let call = json!({"url": self.url, "method": "POST", "headers": headers});
        Ok(encode::query(&call.to_string()).into())
    }
}
