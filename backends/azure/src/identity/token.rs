//! A token, and the answers in which it comes or is refused.

use std::time::Duration;

use presign_core::Timestamp;
use presign_credentials::{FetchError, Fetched};
use secrecy::SecretString;
use serde::{Deserialize, Deserializer, de::Error};

use crate::answer::word;

/// What the store takes for proof of who asks.
#[derive(Debug, Clone)]
pub(crate) struct AccessToken(pub(crate) SecretString);

/// A [token's answer](https://www.rfc-editor.org/rfc/rfc6749#section-5.1) as it stands, in each service's spelling. It
/// holds the token, so it has no `Debug`.
#[derive(Deserialize)]
pub(crate) struct TokenAnswer {
    #[serde(alias = "accessToken")]
    access_token: String,
    /// Its life, in seconds.
    #[serde(default, deserialize_with = "number")]
    expires_in: Option<u64>,
    /// Its end, in seconds since 1970.
    #[serde(default, deserialize_with = "number")]
    expires_on: Option<u64>,
}

/// A number, or the text of one: services of Azure are divided about it. What is neither is as good as nothing.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer).map_err(|_| D::Error::custom("is no number"))?;
    Ok(value.as_u64().or_else(|| value.as_str()?.parse().ok()))
}

impl TokenAnswer {
    /// Reads an answer of `whom`.
    ///
    /// # Errors
    /// When there is no token in it, or nothing about its end.
    pub(crate) fn read(json: &[u8], now: Timestamp, whom: &str) -> Result<Fetched<AccessToken>, FetchError> {
        let broken = |what: &str| FetchError::unavailable(format!("{whom} answered {what}"));
        let answer: Self = serde_json::from_slice(json).map_err(|_| broken("with something that is no token"))?;
        let is_token = !answer.access_token.is_empty() && answer.access_token.bytes().all(|b| b.is_ascii_graphic());
        if !is_token {
            return Err(broken("with something that is no token"));
        }
        let end = answer.expires_on.and_then(|end| i64::try_from(end).ok()).map(Timestamp::from_unix);
        let end = end.or_else(|| answer.expires_in.map(|life| now.plus(Duration::from_secs(life))));
        let end = end.ok_or_else(|| broken("with a token that does not say when it ends"))?;
        Ok(Fetched::temporary(AccessToken(SecretString::from(answer.access_token)), now, end))
    }
}

/// An [OAuth error](https://www.rfc-editor.org/rfc/rfc6749#section-5.2), as far as it may be repeated: its description
/// may not.
#[derive(Deserialize, Default)]
struct OAuthError {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_codes: Vec<u32>,
}

/// Why there is no token: OAuth's word, and [Entra ID's codes](https://learn.microsoft.com/entra/identity-platform/reference-error-codes).
pub(crate) struct Why {
    /// Such as `invalid_client`; empty when the answer was no OAuth error.
    pub(crate) error: String,
    /// Such as 7000215, which Microsoft writes AADSTS7000215.
    pub(crate) codes: Vec<u32>,
}

impl Why {
    pub(crate) fn read(json: &[u8]) -> Self {
        let said: OAuthError = serde_json::from_slice(json).unwrap_or_default();
        Self { error: word(&said.error).unwrap_or_default().to_owned(), codes: said.error_codes }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn read(json: &str) -> Result<Fetched<AccessToken>, FetchError> {
        TokenAnswer::read(json.as_bytes(), Timestamp::from_unix(1000), "the stub")
    }

    #[test]
    fn the_end_is_read_in_each_service_s_spelling() {
        for (json, end) in [
            (r#"{"access_token":"t","expires_in":3599}"#, 4599),
            (r#"{"access_token":"t","expires_in":"3599","expires_on":"5000"}"#, 5000),
            (r#"{"access_token":"t","expires_on":"5000"}"#, 5000),
            (r#"{"accessToken":"t","expires_on":5000,"expiresOn":"1970-01-01 02:00:00.000000"}"#, 5000),
            (r#"{"access_token":"t","expires_on":"1/1/1970 00:00:00 AM","expires_in":60}"#, 1060),
        ] {
            let fetched = read(json).unwrap();
            assert_eq!(fetched.expires_at, Some(Timestamp::from_unix(end)), "{json}");
            assert_eq!(fetched.credential.0.expose_secret(), "t");
        }
    }

    #[test]
    fn what_is_no_token_or_has_no_end_is_an_outage_and_is_not_repeated() {
        for json in [
            "",
            "<html>hunter2",
            r#"{"access_token":""}"#,
            r#"{"access_token":"hunter2"}"#,
            r#"{"access_token":"hunter2","expires_in":-5}"#,
            r#"{"access_token":"hunt er2","expires_in":5}"#,
            r#"{"token":"hunter2","expires_in":5}"#,
        ] {
            let error = read(json).unwrap_err();
            assert!(
                matches!(&error, FetchError::Unavailable { message, .. } if !message.contains("hunter2")),
                "{error}"
            );
        }
    }
}
