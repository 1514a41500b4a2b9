//! The client that asks token services.

use std::time::Duration;

/// A client that asks token services: it follows no redirects (a token would go along), and gives up in time.
///
/// # Errors
/// When TLS cannot be set up.
pub fn http_client() -> Result<reqwest::Client, reqwest::Error> {
    http_client_builder().build()
}

/// The same for services of this machine, such as its metadata: they are never behind a proxy.
///
/// # Errors
/// When TLS cannot be set up.
pub fn local_http_client() -> Result<reqwest::Client, reqwest::Error> {
    http_client_builder().no_proxy().build()
}

/// Such a client, before it is built: for one with authorities of its own, or without a proxy.
pub fn http_client_builder() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(20))
}
