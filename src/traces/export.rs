//! Spans on their way: by the gateway's own kind of HTTP client.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use tokio::{runtime::Handle, time::timeout};

/// How long a collector may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Sends requests on a runtime: whoever exports spans does so on a thread without one.
#[derive(Debug)]
pub(super) struct Client {
    http: reqwest::Client,
    runtime: Handle,
    /// Whether the collector did not take what was sent last.
    failing: AtomicBool,
}

impl Client {
    pub(super) fn new(http: reqwest::Client) -> Self {
        Self { http, runtime: Handle::current(), failing: AtomicBool::new(false) }
    }

    /// Says in the log what has changed.
    fn note(&self, problem: Option<String>) {
        match (self.failing.swap(problem.is_some(), Ordering::Relaxed), problem) {
            (false, Some(problem)) => tracing::warn!(%problem, "traces cannot be sent, and are lost"),
            (true, None) => tracing::info!("traces are sent again"),
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let http = self.http.clone();
        let sent = self.runtime.spawn(async move { send(&http, request).await }).await;
        let answer = sent.unwrap_or_else(|error| Err(error.into()));
        self.note(match &answer {
            Ok(answer) if answer.status().is_success() => None,
            Ok(answer) => Some(format!("the collector answers {}", answer.status())),
            Err(error) => Some(error.to_string()),
        });
        answer
    }
}

/// The answer's head: nothing is done with what a collector says beyond it.
async fn send(http: &reqwest::Client, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let answer = timeout(TIMEOUT, http.execute(request.try_into()?)).await??;
    let mut head = Response::new(Bytes::new());
    *head.status_mut() = answer.status();
    *head.headers_mut() = answer.headers().clone();
    Ok(head)
}
