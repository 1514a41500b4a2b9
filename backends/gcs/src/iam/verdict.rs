//! What an answer of `signBlob` means: pure.

use std::{ops::RangeInclusive, time::Duration};

use base64::{Engine, prelude::BASE64_STANDARD};
use presign_core::{SignError, Timestamp};
use presign_credentials::FetchError;
use serde::Deserialize;

use crate::answer::Answer;

pub(super) const SERVICE: &str = "IAM (signBlob)";

/// How long after a success a refusal of the permission is taken for a rate limit in disguise.
const LATELY: Duration = Duration::from_mins(10);

/// RSA keys of 2,048 to 8,192 bits.
const SIGNATURE: RangeInclusive<usize> = 256..=1024;

/// What one attempt came to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The signature's bytes.
    Signed(Vec<u8>),
    /// The access token is not (or no longer) good.
    TokenRefused(String),
    /// Trying again may help.
    Later { message: String, retry_after: Option<Duration> },
    /// Somebody has to mend something.
    Refused(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Signed {
    signed_blob: String,
}

impl Verdict {
    /// Reads an answer. `email` is the account that was to sign, `signed_at` when it last did.
    ///
    /// IAM also says "permission denied" when too many calls come at once, and nothing else gives the limit away
    /// (<https://github.com/langfuse/langfuse/issues/8856>); an account that signed a moment ago has the permission.
    pub(crate) fn of(answer: &Answer, email: &str, signed_at: Option<Timestamp>, now: Timestamp) -> Self {
        if answer.status == 200 {
            return Self::signed(answer);
        }
        let refusal = answer.refusal();
        let said = refusal.said(answer.status);
        let lately = signed_at.is_some_and(|at| at.until(now) <= LATELY);
        let retry_after = answer.retry_after();
        if answer.is_passing(&refusal) {
            let what = if refusal.is_a_limit() || answer.status == 429 { "limits the rate" } else { "is out of order" };
            return Self::Later { message: format!("{SERVICE} {what} ({said})"), retry_after };
        }
        match answer.status {
            401 => Self::TokenRefused(format!("{SERVICE} refuses the access token ({said})")),
            403 if refusal.has("SERVICE_DISABLED") => Self::Refused(format!(
                "{SERVICE} refuses ({said}): enable the API iamcredentials.googleapis.com in the project of {email}"
            )),
            403 if refusal.has("ACCESS_TOKEN_SCOPE_INSUFFICIENT") => {
                Self::Refused(format!("{SERVICE} refuses ({said}): the machine needs the access scope cloud-platform"))
            }
            403 if lately => Self::Later {
                message: format!(
                    "{SERVICE} refuses ({said}), but signed for {email} a moment ago: this is how it limits the rate, \
                     too; should it stay so, somebody took roles/iam.serviceAccountTokenCreator away"
                ),
                retry_after,
            },
            403 => Self::Refused(format!(
                "{SERVICE} refuses ({said}): grant roles/iam.serviceAccountTokenCreator on {email} to the gateway's own \
                 identity; it takes effect within minutes"
            )),
            404 => Self::Refused(format!("{SERVICE} refuses ({said}): is there a service account {email}?")),
            _ => Self::Refused(format!("{SERVICE} refuses ({said})")),
        }
    }

    fn signed(answer: &Answer) -> Self {
        let none = || Self::Later { message: format!("{SERVICE} answered without a signature"), retry_after: None };
        let signed: Result<Signed, FetchError> = answer.json(SERVICE);
        let bytes = signed.ok().and_then(|signed| BASE64_STANDARD.decode(signed.signed_blob).ok());
        bytes.filter(|bytes| SIGNATURE.contains(&bytes.len())).map_or_else(none, Self::Signed)
    }
}

impl From<FetchError> for Verdict {
    fn from(error: FetchError) -> Self {
        match error {
            FetchError::Refused(message) => Self::Refused(message),
            FetchError::Unavailable { message, retry_after } => Self::Later { message, retry_after },
        }
    }
}

/// Why there is no signature.
pub(crate) fn error(verdict: Verdict) -> Result<Vec<u8>, SignError> {
    match verdict {
        Verdict::Signed(signature) => Ok(signature),
        Verdict::TokenRefused(message) | Verdict::Refused(message) => Err(SignError::Credentials(message)),
        Verdict::Later { message, retry_after } => {
            Err(SignError::Unavailable { message, retry_after: Some(retry_after.unwrap_or(Duration::from_secs(1))) })
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderMap;

    use super::*;

    const EMAIL: &str = "signer@project.example";
    const DENIED: &str = r#"{"error":{"code":403,"status":"PERMISSION_DENIED","message":"Permission 'iam.serviceAccounts.signBlob' denied on resource (or it may not exist)."}}"#;

    fn verdict(status: u16, body: &str, signed_at: Option<i64>) -> Verdict {
        let answer = Answer { status, headers: HeaderMap::new(), body: body.as_bytes().to_vec() };
        Verdict::of(&answer, EMAIL, signed_at.map(Timestamp::from_unix), Timestamp::from_unix(1_000_000))
    }

    #[test]
    fn a_permission_that_is_missing_is_told_from_a_rate_limit() {
        assert!(
            matches!(verdict(403, DENIED, None), Verdict::Refused(why) if why.contains("serviceAccountTokenCreator"))
        );
        assert!(matches!(verdict(403, DENIED, Some(1_000_000 - 601)), Verdict::Refused(_)));
        assert!(
            matches!(verdict(403, DENIED, Some(1_000_000 - 10)), Verdict::Later { message, .. } if message.contains("a moment ago"))
        );
        let limit =
            r#"{"error":{"status":"PERMISSION_DENIED","message":"x","details":[{"reason":"RATE_LIMIT_EXCEEDED"}]}}"#;
        assert!(
            matches!(verdict(403, limit, None), Verdict::Later { message, .. } if message.contains("limits the rate"))
        );
    }

    #[test]
    fn what_can_be_mended_is_said() {
        let reason = |reason: &str| format!(r#"{{"error":{{"message":"no","details":[{{"reason":"{reason}"}}]}}}}"#);
        for (status, body, says) in [
            (403, reason("SERVICE_DISABLED"), "enable the API"),
            (403, reason("ACCESS_TOKEN_SCOPE_INSUFFICIENT"), "cloud-platform"),
            (404, reason("NOT_FOUND"), EMAIL),
            (400, "<html>".to_owned(), "400"),
        ] {
            assert!(matches!(verdict(status, &body, None), Verdict::Refused(why) if why.contains(says)), "{status}");
        }
    }

    #[test]
    fn what_may_pass_is_not_a_refusal() {
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(matches!(verdict(status, "", None), Verdict::Later { .. }), "{status}");
        }
        assert!(matches!(verdict(401, "", None), Verdict::TokenRefused(_)));
    }

    #[test]
    fn an_answer_without_a_signature_is_none() {
        let short = BASE64_STANDARD.encode([7; 255]);
        for body in
            ["", "{}", r#"{"signedBlob":""}"#, r#"{"signedBlob":"***"}"#, &format!(r#"{{"signedBlob":"{short}"}}"#)]
        {
            assert!(matches!(verdict(200, body, None), Verdict::Later { .. }), "{body}");
        }
        let right = BASE64_STANDARD.encode([7; 256]);
        assert_eq!(
            verdict(200, &format!(r#"{{"keyId":"k","signedBlob":"{right}"}}"#), None),
            Verdict::Signed(vec![7; 256])
        );
    }
}
