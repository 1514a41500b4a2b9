//! The HTTP of AWS's library, through the one HTTP client of this program.

use std::time::Duration;

use aws_smithy_runtime_api::client::{
    http::{HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector},
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
    runtime_components::RuntimeComponents,
};
use aws_smithy_types::body::SdkBody;

use super::wire::{Clients, Exchange, LastExchange, service, why};

/// No answer of a token service is longer.
const LONGEST_ANSWER: usize = 256 * 1024;

/// Sends the requests of AWS's library, and notes what comes of them.
#[derive(Debug, Clone)]
pub(crate) struct Connector {
    clients: Clients,
    last: LastExchange,
    timeout: Option<Duration>,
}

impl Connector {
    pub(crate) const fn new(clients: Clients, last: LastExchange) -> Self {
        Self { clients, last, timeout: None }
    }

    async fn exchange(self, request: HttpRequest) -> Result<HttpResponse, ConnectorError> {
        let request = request.try_into_http1x().map_err(|error| ConnectorError::user(error.into()))?;
        let uri = request.uri().clone();
        let sent = self.send(&uri, request).await;
        let answer = sent.as_ref().map(|(response, _)| response.status().as_u16()).map_err(ToString::to_string);
        let throttled = sent.as_ref().is_ok_and(|(response, body)| is_throttle(response.status().as_u16(), body));
        self.last.note(Exchange { service: service(&uri), answer, throttled });
        let (parts, body) = sent.map_err(|why| ConnectorError::io(why.into()))?;
        let response = parts.map(|()| SdkBody::from(body));
        HttpResponse::try_from(response).map_err(|error| ConnectorError::other(error.into(), None))
    }

    async fn send(
        &self,
        uri: &http::Uri,
        request: http::Request<SdkBody>,
    ) -> Result<(http::Response<()>, Vec<u8>), String> {
        let (parts, body) = request.into_parts();
        let body = body.bytes().map(<[u8]>::to_vec).ok_or("the request has no plain body")?;
        let request = http::Request::from_parts(parts, body);
        let mut request = reqwest::Request::try_from(request).map_err(why)?;
        *request.timeout_mut() = self.timeout;
        let mut response = self.clients.of(uri)?.execute(request).await.map_err(why)?;
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(why)? {
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST_ANSWER {
                return Err("the answer is too long".to_owned());
            }
        }
        let (mut parts, ()) = http::Response::new(()).into_parts();
        parts.status = response.status();
        parts.headers = response.headers().clone();
        Ok((http::Response::from_parts(parts, ()), body))
    }
}

/// AWS's query services say in a 400 that there were too many requests.
fn is_throttle(status: u16, body: &[u8]) -> bool {
    let says = |code: &str| body.windows(code.len()).any(|window| window == code.as_bytes());
    status >= 400 && ["Throttling", "RequestLimitExceeded", "TooManyRequests", "SlowDown"].into_iter().any(says)
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        HttpConnectorFuture::new(self.clone().exchange(request))
    }
}

impl HttpClient for Connector {
    fn http_connector(&self, settings: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        let timeouts = [settings.connect_timeout(), settings.read_timeout()];
        let timeout = timeouts.into_iter().flatten().reduce(|one, other| one + other);
        SharedHttpConnector::new(Self { timeout, ..self.clone() })
    }
}
