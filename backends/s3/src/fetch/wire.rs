//! HTTP to token services: one client, and what the last exchange came to.

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use http::Uri;
use presign_credentials::{http_client, local_http_client};
use reqwest::Client;

/// The clients that ask. Each is made when it is first needed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clients {
    /// For services on the network, through a proxy where one is set.
    proxied: Arc<OnceLock<Result<Client, String>>>,
    /// For services of this machine: never through a proxy.
    direct: Arc<OnceLock<Result<Client, String>>>,
}

impl Clients {
    /// The client for this address.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub(crate) fn of(&self, uri: &Uri) -> Result<&Client, String> {
        let host = uri.host().unwrap_or_default().trim_matches(['[', ']']);
        let local = match host.parse() {
            Ok(IpAddr::V4(address)) => address.is_loopback() || address.is_link_local(),
            Ok(IpAddr::V6(address)) => address.is_loopback() || address.is_unique_local(),
            Err(_) => host.eq_ignore_ascii_case("localhost"),
        };
        let (client, make): (_, fn() -> reqwest::Result<Client>) =
            if local { (&self.direct, local_http_client) } else { (&self.proxied, http_client) };
        client.get_or_init(|| make().map_err(why)).as_ref().map_err(Clone::clone)
    }
}

/// What the last exchange with a service came to. AWS's library keeps it for itself, and it tells an outage from a
/// refusal.
#[derive(Debug, Clone, Default)]
pub(crate) struct LastExchange(Arc<Mutex<Option<Exchange>>>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Exchange {
    /// The service, as `scheme://host:port`.
    pub(crate) service: String,
    /// The status, or why there was no answer.
    pub(crate) answer: Result<u16, String>,
    /// Whether the answer asks to come back later.
    pub(crate) throttled: bool,
}

impl LastExchange {
    pub(crate) fn note(&self, exchange: Exchange) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(exchange);
    }

    pub(crate) fn get(&self) -> Option<Exchange> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Exchange {
    /// What is down, if it is that.
    pub(crate) fn outage(&self) -> Option<String> {
        let service = &self.service;
        match &self.answer {
            Err(why) => Some(format!("{service} cannot be reached: {why}")),
            Ok(status) if self.throttled || *status == 429 => Some(format!("{service} asks to slow down ({status})")),
            Ok(status @ 500..) => Some(format!("{service} answers {status}")),
            Ok(_) => None,
        }
    }
}

/// The service that an address belongs to.
pub(crate) fn service(uri: &Uri) -> String {
    let authority = uri.authority().map_or("", http::uri::Authority::as_str);
    // Before an `@` could be a password.
    let host = authority.rsplit('@').next().unwrap_or_default();
    format!("{}://{host}", uri.scheme_str().unwrap_or("http"))
}

/// Why there was no answer, without the address (its query may hold a token).
pub(crate) fn why(error: reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let error = error.without_url();
    let mut deepest: &dyn std::error::Error = &error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
