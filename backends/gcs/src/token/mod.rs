//! Access tokens: what the gateway shows IAM to have it sign.

mod authorized_user;
mod aws;
mod caller_identity;
mod executable;
mod external_account;
mod impersonation;
mod metadata;
mod self_signed;
mod source;
mod subject_token;

use std::{fmt, time::Duration};

use presign_core::{Timestamp, encode};
use presign_credentials::{FetchError, http_client, local_http_client};
use secrecy::SecretString;
use serde::Deserialize;

use crate::answer::Answer;

pub(crate) use authorized_user::AuthorizedUser;
pub(crate) use external_account::ExternalAccount;
pub(crate) use source::{Ability, Plan, TokenSource};

/// What the token has to be good for.
const SCOPE: &str = "https://www.googleapis.com/auth/cloud-platform";

/// Who asks for tokens.
#[derive(Clone)]
pub(crate) struct Clients {
    /// Asks services on the network.
    pub(crate) network: reqwest::Client,
    /// Asks services of the machine, which no proxy leads to.
    pub(crate) machine: reqwest::Client,
}

impl Clients {
    /// # Errors
    /// When TLS cannot be set up.
    pub(crate) fn new() -> Result<Self, reqwest::Error> {
        Ok(Self { network: http_client()?, machine: local_http_client()? })
    }
}

/// A bearer token.
pub(crate) struct AccessToken {
    pub(crate) secret: SecretString,
    pub(crate) expires_at: Timestamp,
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessToken").field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// A token in the form that OAuth ([RFC 6749 section 5.1](https://www.rfc-editor.org/rfc/rfc6749#section-5.1)) gives it.
#[derive(Deserialize)]
struct RawToken {
    access_token: SecretString,
    expires_in: i64,
}

/// Reads a token that was asked for at `now`.
fn read(service: &str, answer: &Answer, now: Timestamp) -> Result<AccessToken, FetchError> {
    let raw: RawToken = answer.json(service)?;
    let life = Duration::from_secs(u64::try_from(raw.expires_in).unwrap_or(0));
    Ok(AccessToken { secret: raw.access_token, expires_at: now.plus(life) })
}

/// Posts a form.
fn post_form(client: &reqwest::Client, url: &str, fields: &[(&str, &str)]) -> reqwest::RequestBuilder {
    let pairs: Vec<_> = fields.iter().map(|(name, value)| [name, "=", &encode::query(value)].concat()).collect();
    client.post(url).header("content-type", "application/x-www-form-urlencoded").body(pairs.join("&"))
}
