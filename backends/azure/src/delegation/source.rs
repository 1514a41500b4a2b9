//! Where a user delegation key comes from.

use std::{
    fmt,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use presign_core::Timestamp;
use presign_credentials::{CredentialCache, CredentialSource, FetchError, Fetched};
use secrecy::ExposeSecret;

use super::DelegationKey;
use crate::{
    answer::{Answer, send},
    base_url::BaseUrl,
    identity::{AccessToken, Identity},
    sas::START_BEFORE,
};

/// Keys start on the hour, so that all replicas have the same one: the same identity gets the same key for the same time.
const EACH: Duration = Duration::from_hours(1);
/// The [longest life](https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key#request-body) of a key.
const LIFE: Duration = Duration::from_hours(7 * 24);
/// How long a token has to be good for one more request.
const ONE_REQUEST: Duration = Duration::from_mins(1);

/// [Get User Delegation Key](https://learn.microsoft.com/rest/api/storageservices/get-user-delegation-key), with an
/// identity's token.
pub(crate) struct DelegationKeySource {
    tokens: CredentialCache<Identity>,
    client: reqwest::Client,
    url: String,
    account: String,
    version: String,
    /// Whether the store refused the last token, however long that one says it is good.
    token_was_refused: AtomicBool,
}

impl DelegationKeySource {
    pub(crate) fn new(
        tokens: CredentialCache<Identity>,
        client: reqwest::Client,
        endpoint: &BaseUrl,
        account: String,
        version: String,
    ) -> Self {
        let url = format!("{endpoint}?restype=service&comp=userdelegationkey");
        Self { tokens, client, url, account, version, token_was_refused: AtomicBool::new(false) }
    }

    async fn token(&self, now: Timestamp) -> Result<AccessToken, FetchError> {
        let another = self.token_was_refused.load(Ordering::Relaxed);
        let needed_until = now.plus(if another { LIFE } else { ONE_REQUEST });
        let held = self.tokens.get(needed_until).await.map_err(FetchError::from)?;
        Ok(held.credential.clone())
    }

    async fn ask(&self, token: &AccessToken, window: &Window, now: Timestamp) -> Result<Answer, FetchError> {
        let request = self
            .client
            .post(&self.url)
            .bearer_auth(token.0.expose_secret())
            .header("x-ms-version", &self.version)
            .header("x-ms-date", http_date(now))
            .header("content-type", "application/xml")
            .body(window.to_xml());
        send(request, &format!("the storage account '{}'", self.account)).await
    }
}

#[async_trait]
impl CredentialSource for DelegationKeySource {
    type Credential = DelegationKey;

    async fn fetch(&self, now: Timestamp) -> Result<Fetched<DelegationKey>, FetchError> {
        let token = self.token(now).await?;
        let window = Window::at(now);
        let answer = self.ask(&token, &window, now).await?;
        self.token_was_refused.store(answer.status == 401, Ordering::Relaxed);
        if answer.status != 200 {
            return Err(refusal(&answer, &self.account));
        }
        let key = std::str::from_utf8(&answer.body).ok().and_then(DelegationKey::parse);
        let key = key.ok_or_else(|| {
            let account = &self.account;
            FetchError::unavailable(format!("the storage account '{account}' answered with something that is no user delegation key: look at 'endpoint'"))
        })?;
        let (not_before, expires_at) = (key.not_before(), key.expires_at());
        let refresh_after = Some(now.until(window.next));
        Ok(Fetched { refresh_after, ..Fetched::temporary(key, not_before, expires_at) })
    }

    fn is_same(&self, one: &DelegationKey, other: &DelegationKey) -> bool {
        one.signs_like(other)
    }
}

impl fmt::Debug for DelegationKeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DelegationKeySource")
            .field("tokens", &self.tokens)
            .field("url", &self.url)
            .finish_non_exhaustive()
    }
}

/// When a key is to be good.
struct Window {
    starts: Timestamp,
    expires: Timestamp,
    /// When the next one begins.
    next: Timestamp,
}

impl Window {
    fn at(now: Timestamp) -> Self {
        let each = i64::try_from(EACH.as_secs()).unwrap_or(i64::MAX);
        let hour = Timestamp::from_unix(now.unix().div_euclid(each).saturating_mul(each));
        let starts = hour.minus(START_BEFORE);
        Self { starts, expires: starts.plus(LIFE), next: hour.plus(EACH) }
    }

    fn to_xml(&self) -> String {
        let Self { starts, expires, .. } = self;
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><KeyInfo><Start>{starts}</Start><Expiry>{expires}</Expiry></KeyInfo>"
        )
    }
}

/// Why there is no key, and what to do.
fn refusal(answer: &Answer, account: &str) -> FetchError {
    let code = answer.error_code.as_deref().unwrap_or_default();
    let said = format!("the storage account '{account}' answered {} {code}", answer.status);
    let what_to_do = match (answer.status, code) {
        (408 | 429 | 500.., _) => return answer.unavailable(said.trim_end().to_owned()),
        (401, _) | (403, "AuthenticationFailed") => {
            "it does not take the identity's token: look at the tenant, and at the clocks"
        }
        (403, "AuthorizationPermissionMismatch") => {
            "give the identity the roles 'Storage Blob Delegator' on the account and 'Storage Blob Data Reader' on what it signs for (a new role takes some minutes)"
        }
        (403, "AuthorizationFailure") => {
            "let the gateway through the account's firewall, or give the identity the role 'Storage Blob Delegator' on the account"
        }
        (403, _) => "does the identity have the role 'Storage Blob Delegator' on the account?",
        (_, "") => return FetchError::unavailable(format!("{}: look at 'endpoint'", said.trim_end())),
        _ => "look at 'account', 'endpoint' and 'sv'",
    };
    FetchError::Refused(format!("{}: {what_to_do}", said.trim_end()))
}

/// [HTTP's form](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7) of a time.
fn http_date(time: Timestamp) -> String {
    let since_1970 = Duration::from_secs(u64::try_from(time.unix()).unwrap_or(0));
    httpdate::fmt_http_date(std::time::UNIX_EPOCH + since_1970)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_starts_a_quarter_of_an_hour_before_the_hour_and_ends_seven_days_after_that() {
        let at = |text: &str| Timestamp::parse_rfc3339(text).unwrap();
        for now in ["2024-03-01T12:00:00Z", "2024-03-01T12:59:59Z"] {
            let window = Window::at(at(now));
            assert_eq!(window.starts, at("2024-03-01T11:45:00Z"));
            assert_eq!(window.expires, at("2024-03-08T11:45:00Z"));
            assert_eq!(window.next, at("2024-03-01T13:00:00Z"));
        }
    }

    #[test]
    fn dates_are_written_as_http_writes_them() {
        let time = Timestamp::parse_rfc3339("2024-03-01T12:00:00Z").unwrap();
        assert_eq!(http_date(time), "Fri, 01 Mar 2024 12:00:00 GMT");
    }
}
