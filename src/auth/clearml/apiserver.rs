//! Calls of the apiserver.
//!
//! Every call is a GET of one of five endpoints, with one credential and nothing else of the caller's. An answer is
//! believed to be the apiserver's only when it is its envelope, with the HTTP status that the envelope names: a login
//! proxy's 401, a balancer's 503 and a web page are outages.

use std::{fmt, sync::Arc, time::Duration};

use http::{HeaderValue, header};
use presign_core::Clock;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Semaphore;

use super::Settings;
use crate::auth::{AuthContext, AuthObserver, CallOutcome};

/// How many calls are made at once. Others wait their turn.
const MOST_CALLS: usize = 64;

/// The size of the largest answer that is read, in bytes. Real ones have less than two thousand.
const LARGEST_ANSWER: usize = 256 * 1024;

/// The endpoints that are called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    Login,
    CurrentUser,
    ValidateToken,
    SupportedModes,
    Ping,
}

/// An answer of the apiserver, good or bad.
pub(super) struct Answer {
    /// The endpoint that gave it.
    pub(super) endpoint: Endpoint,
    /// The HTTP status.
    pub(super) code: u16,
    /// What kind of error it is.
    pub(super) subcode: u32,
    /// The apiserver's words. They may repeat what was sent: they are compared, and never shown.
    pub(super) message: String,
    /// What was asked for; empty in an error.
    pub(super) data: Value,
}

/// There is no answer, or none that says anything about the token. Holds nothing that was sent or received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outage(String);

/// The way to the apiserver.
#[derive(Debug)]
pub(super) struct Apiserver {
    client: reqwest::Client,
    url: String,
    timeout: Duration,
    turns: Semaphore,
    clock: Arc<dyn Clock>,
    observer: Arc<dyn AuthObserver>,
}

#[derive(Deserialize)]
struct Envelope {
    meta: Meta,
    #[serde(default)]
    data: Value,
}

#[derive(Deserialize)]
struct Meta {
    #[serde(rename = "result_code")]
    code: u16,
    #[serde(rename = "result_subcode")]
    subcode: u32,
    #[serde(rename = "result_msg")]
    message: String,
}

impl Apiserver {
    pub(super) fn new(settings: &Settings, context: &AuthContext) -> Self {
        Self {
            client: context.client.clone(),
            url: settings.api_server.clone(),
            timeout: settings.timeout,
            turns: Semaphore::new(MOST_CALLS),
            clock: Arc::clone(&context.clock),
            observer: Arc::clone(&context.observer),
        }
    }

    /// Calls an endpoint with an `Authorization` header and a JSON body.
    ///
    /// # Errors
    /// When no answer of the apiserver comes back in time.
    pub(super) async fn call(
        &self,
        endpoint: Endpoint,
        authorization: Option<String>,
        body: Option<String>,
    ) -> Result<Answer, Outage> {
        let started = self.clock.monotonic();
        let answered = tokio::time::timeout(self.timeout, self.attempt(endpoint, authorization, body)).await;
        let outcome = match &answered {
            Ok(Ok(_)) => CallOutcome::Answered,
            Ok(Err(_)) => CallOutcome::Failed,
            Err(_) => CallOutcome::TimedOut,
        };
        self.observer.call(endpoint.name(), outcome, self.clock.monotonic().saturating_sub(started));
        answered.unwrap_or_else(|_| Err(self.outage(format_args!("does not answer within {:?}", self.timeout))))
    }

    async fn attempt(
        &self,
        endpoint: Endpoint,
        authorization: Option<String>,
        body: Option<String>,
    ) -> Result<Answer, Outage> {
        let _turn = self.turns.acquire().await.map_err(|_| self.outage("is not called any more"))?;
        let mut request = self.client.get(format!("{}/{}", self.url, endpoint.name()));
        if let Some(authorization) = authorization {
            let mut value = HeaderValue::try_from(authorization)
                .map_err(|_| self.outage("cannot be called with this credential"))?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        if let Some(body) = body {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body);
        }
        let failed = |error: reqwest::Error| self.outage(format_args!("cannot be reached: {}", causes(&error)));
        let response = request.send().await.map_err(|error| failed(error.without_url()))?;
        let status = response.status().as_u16();
        let body = self.read(response).await?;
        let Ok(Envelope { meta, data }) = serde_json::from_slice::<Envelope>(&body) else {
            return Err(self.outage(format_args!("answers HTTP {status} with something that is not the apiserver's")));
        };
        if meta.code != status {
            return Err(self.outage(format_args!("answers HTTP {status} and says {}", meta.code)));
        }
        Ok(Answer { endpoint, code: status, subcode: meta.subcode, message: meta.message, data })
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Vec<u8>, Outage> {
        let mut body = Vec::new();
        let failed = |error: reqwest::Error| self.outage(format_args!("stops answering: {}", causes(&error)));
        while let Some(chunk) = response.chunk().await.map_err(|error| failed(error.without_url()))? {
            if body.len().saturating_add(chunk.len()) > LARGEST_ANSWER {
                return Err(self.outage(format_args!("answers more than {LARGEST_ANSWER} bytes")));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn outage(&self, what: impl fmt::Display) -> Outage {
        Outage(format!("the apiserver at {} {what}", self.url))
    }
}

impl Endpoint {
    /// The endpoint's name, which is also its path.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Login => "auth.login",
            Self::CurrentUser => "users.get_current_user",
            Self::ValidateToken => "auth.validate_token",
            Self::SupportedModes => "login.supported_modes",
            Self::Ping => "debug.ping",
        }
    }
}

impl fmt::Display for Answer {
    /// Without the apiserver's words: they may repeat what was sent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: code {}, subcode {}", self.endpoint.name(), self.code, self.subcode)
    }
}

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An error with all that lies behind it: reqwest's own words hardly ever say what happened.
fn causes(error: &(dyn std::error::Error + 'static)) -> String {
    let chain = std::iter::successors(Some(error), |error| error.source());
    chain.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
