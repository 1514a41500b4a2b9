//! Whether an object is there: asked of the store with a link of our own, and remembered briefly.

use std::time::Duration;

use moka::sync::Cache;
use presign_core::{ExpiresIn, ObjectLocation, Operation, SignRequest, Signer, Timestamp};

use crate::{refusal::Refusal, snapshot::sign};

/// How long an answer is remembered: long enough for the two requests an SDK makes for one file, short enough that an
/// object is found soon after it was uploaded.
const REMEMBERED: Duration = Duration::from_secs(5);
const ANSWERS: u64 = 10_000;
/// The life of the link that asks.
const LIFE_SECONDS: u64 = 60;

/// Whether an object is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// It is.
    There,
    /// It is not, or the backend's credentials may not see it: stores tell the two apart only to who may list.
    Absent,
}

/// Asks stores about objects.
#[derive(Debug, Clone)]
pub struct Existence {
    client: reqwest::Client,
    answers: Cache<Question, Presence>,
}

/// Which backend was asked, by its name and the configuration that it was built for, and about what: another store under
/// the same name has other objects.
type Question = (String, u64, ObjectLocation);

impl Existence {
    /// Asks with this client, which must not follow redirects.
    #[must_use]
    pub fn new(client: reqwest::Client) -> Self {
        Self { client, answers: Cache::builder().max_capacity(ANSWERS).time_to_live(REMEMBERED).build() }
    }

    /// The client that asks.
    pub(crate) const fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// Asks the store, or remembers. `backend` is the backend's name and the generation that it was built in.
    ///
    /// # Errors
    /// When the signer fails, or the store does not answer as a store. Failures are not remembered.
    pub async fn ask(
        &self,
        signer: &dyn Signer,
        (backend, built_in): (&str, u64),
        location: &ObjectLocation,
        now: Timestamp,
    ) -> Result<Presence, Refusal> {
        let question = (backend.to_owned(), built_in, location.clone());
        if let Some(known) = self.answers.get(&question) {
            return Ok(known);
        }
        let presence = self.ask_store(signer, location, now).await?;
        self.answers.insert(question, presence);
        Ok(presence)
    }

    async fn ask_store(
        &self,
        signer: &dyn Signer,
        location: &ObjectLocation,
        now: Timestamp,
    ) -> Result<Presence, Refusal> {
        let life = ExpiresIn::from_seconds(LIFE_SECONDS).map_err(|error| Refusal::Internal(error.to_string()))?;
        let request = SignRequest::new(Operation::Head, location, now, life).for_gateway();
        let signed = sign(signer, &request).await?;
        let answer = self.client.head(signed.expose()).send().await;
        let unavailable = |message| Refusal::Unavailable { message, retry_after: Some(REMEMBERED) };
        let status = answer.map_err(|error| unavailable(format!("the store: {}", error.without_url())))?.status();
        match status.as_u16() {
            200..=299 => Ok(Presence::There),
            403 | 404 => Ok(Presence::Absent),
            other => Err(unavailable(format!("the store answered {other} to a HEAD request"))),
        }
    }
}
