//! A token of a service account, for one of somebody who may act as it.

use presign_core::Timestamp;
use presign_credentials::FetchError;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::json;

use crate::answer::ask;

use super::{AccessToken, SCOPE};

const SERVICE: &str = "IAM (generateAccessToken)";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Raw {
    access_token: SecretString,
    expire_time: String,
}

/// Asks at the [`generateAccessToken`](https://cloud.google.com/iam/docs/reference/credentials/rest/v1/projects.serviceAccounts/generateAccessToken)
/// URL of the account, with another one's token.
pub(super) async fn token(
    client: &reqwest::Client,
    url: &str,
    caller: &AccessToken,
    seconds: u32,
) -> Result<AccessToken, FetchError> {
    let body = json!({"scope": [SCOPE], "lifetime": format!("{seconds}s")});
    let request = client.post(url).bearer_auth(caller.secret.expose_secret()).json(&body);
    let answer = ask(SERVICE, request).await?;
    if answer.status != 200 {
        let remedy = "grant the federated identity roles/iam.workloadIdentityUser on the service account";
        return Err(answer.error(SERVICE, remedy));
    }
    let raw: Raw = answer.json(SERVICE)?;
    let expires_at = Timestamp::parse_rfc3339(&raw.expire_time)
        .map_err(|_| FetchError::unavailable(format!("{SERVICE} did not say when its token ends")))?;
    Ok(AccessToken { secret: raw.access_token, expires_at })
}
