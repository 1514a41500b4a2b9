//! The metadata server of a machine, pod or function in Google Cloud.

use presign_core::Timestamp;
use presign_credentials::FetchError;

use crate::{
    answer::{Answer, ask},
    signatory,
};

use super::{AccessToken, read};

const SERVICE: &str = "the metadata server";

/// The [metadata server](https://cloud.google.com/compute/docs/access/authenticate-workloads).
pub(super) struct Metadata<'a> {
    pub(super) client: &'a reqwest::Client,
    /// `host[:port]`
    pub(super) host: &'a str,
}

impl Metadata<'_> {
    /// A token of the service account that the machine has.
    pub(super) async fn token(&self, now: Timestamp) -> Result<AccessToken, FetchError> {
        read(SERVICE, &self.ask("token").await?, now)
    }

    /// The email of that account.
    pub(super) async fn email(&self) -> Result<String, FetchError> {
        let answer = self.ask("email").await?;
        let text = String::from_utf8_lossy(&answer.body);
        signatory::check(text.trim()).map_err(|_| {
            FetchError::Refused(format!(
                "{SERVICE} names no service account that could sign: give the machine one, or name it with 'source: \
                 impersonate'"
            ))
        })
    }

    async fn ask(&self, what: &str) -> Result<Answer, FetchError> {
        let url = format!("http://{}/computeMetadata/v1/instance/service-accounts/default/{what}", self.host);
        let request = self.client.get(url).header("metadata-flavor", "Google");
        let answer = ask(SERVICE, request).await.map_err(|error| self.explained(&error))?;
        match answer.status {
            200 if answer.headers.get("metadata-flavor").is_some_and(|flavor| flavor == "Google") => Ok(answer),
            200 => Err(FetchError::Refused(format!("what answers at {} is not Google's metadata server", self.host))),
            404 => {
                let message = format!("{SERVICE} knows no service account: give the machine or pod one");
                Err(FetchError::Refused(message))
            }
            _ => Err(answer.error(SERVICE, "look at the service account of the machine or pod")),
        }
    }

    fn explained(&self, error: &FetchError) -> FetchError {
        FetchError::unavailable(format!(
            "{error} at {}: outside of Google Cloud, let GOOGLE_APPLICATION_CREDENTIALS name a credential file",
            self.host
        ))
    }
}
