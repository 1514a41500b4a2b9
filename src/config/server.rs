//! `server`: listeners, addresses and limits.

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf};

use presign_core::HumanDuration;
use schemars::JsonSchema;
use serde::Deserialize;

/// How clients reach the gateway, and how much of it one client may take.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(extend("examples" = [{
    "listen": "0.0.0.0:8080", "base_path": "/presign", "public_url": "https://app.clearml.example/presign",
    "trusted_proxies": ["10.0.0.0/8"],
}]))]
pub struct ServerConfig {
    /// Where clients are served: `address:port`. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where `/metrics`, `/livez`, `/readyz`, `/version` and `/v1/explain` are served. Keep it away from clients.
    pub admin_listen: SocketAddr,
    /// The path below which everything is served, such as `/presign` when the gateway shares the ClearML app's host; empty
    /// when it has a host of its own.
    pub base_path: String,
    /// How clients reach the gateway, such as `https://app.clearml.example/presign`: needed where links lead back to it.
    pub public_url: Option<String>,
    /// Origins whose pages may read answers (CORS), such as `https://app.clearml.example`. Matched whole.
    pub cors_origins: Vec<String>,
    /// Where a browser without a valid token is told to log in, such as `https://app.clearml.example/login`.
    pub login_url: Option<String>,
    /// TLS by the gateway itself, on `listen`; without it, plain HTTP. `admin_listen` is plain HTTP always.
    pub tls: Option<TlsConfig>,
    /// How much is taken at once, and for how long: [limits](limits.md).
    pub limits: LimitsConfig,
    /// Networks (CIDR, such as `10.0.0.0/8`) of reverse proxies whose `X-Forwarded-For` is to be believed, for the client's address in the log
    /// and in audit records.
    pub trusted_proxies: Vec<String>,
}

impl ServerConfig {
    /// How clients reach the gateway, without a `/` at its end: `public_url`, or the address it listens on where that is
    /// this machine's own. `bound` is the address that was taken, once it was.
    #[must_use]
    pub fn gateway_url(&self, bound: Option<SocketAddr>) -> Option<String> {
        if let Some(url) = &self.public_url {
            return Some(url.trim_end_matches('/').to_owned());
        }
        let address = bound.unwrap_or(self.listen);
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        let reachable = address.ip().is_loopback() && address.port() != 0;
        reachable.then(|| format!("{scheme}://{address}{}", self.base_path))
    }
}

/// Certificate and key, as PEM files.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{"cert": "/etc/presign/tls.crt", "key": "/etc/presign/tls.key"}]))]
pub struct TlsConfig {
    /// The file with the certificate chain, in PEM, the server's own certificate first.
    pub cert: PathBuf,
    /// The file with the private key, in PEM.
    pub key: PathBuf,
}

/// What one client, and all together, may take.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsConfig {
    /// Connections open at once; more wait to be accepted.
    pub max_connections: usize,
    /// How long a client may take to send a request's head, and how long a connection may lie idle.
    pub header_read_timeout: HumanDuration,
    /// The size of a request's head, in bytes; at least 8,192.
    pub max_header_bytes: usize,
    /// The number of a request's headers.
    pub max_headers: usize,
    /// The size of a request's body that is no upload, in bytes.
    pub max_body_bytes: u64,
    /// The size of a file that is uploaded through the gateway, in bytes.
    pub upload_bytes: u64,
    /// A file up to this size is sent to the store whole, and a longer one in parts of this size, in bytes; at least
    /// 5 MiB. A store that allows fewer parts than that would take gets larger ones.
    pub upload_part_bytes: u64,
    /// Files that are uploaded through the gateway at once; more wait for `request_timeout`.
    pub uploads: usize,
    /// How long one request may take. An upload may take longer, as long as it moves.
    pub request_timeout: HumanDuration,
    /// How long new requests are still taken after SIGTERM, while `/readyz` says `draining` and answers close their
    /// connections: the time that load balancers need to turn elsewhere. SIGINT does not wait.
    pub drain_delay: HumanDuration,
    /// How long requests may go on after `drain_delay`; then they are cut.
    pub drain_timeout: HumanDuration,
    /// Items in one `POST /v1/presign`, and part numbers in one `POST /v1/uploads/parts`.
    pub max_batch: usize,
    /// Objects passed through the gateway at once; more are refused with 503.
    pub streams: usize,
    /// How long a store may send nothing of an object that is passed through, before it is given up. A stream that moves
    /// may take as long as it needs.
    pub stream_idle_timeout: HumanDuration,
    /// Requests that are answered at once; more are refused (503) until one has its answer.
    pub max_requests: usize,
    /// Links that all callers together may ask for; more are refused (429). Without it there is no limit.
    pub rate_limit: Option<RateLimitConfig>,
    /// Links that each user may ask for; more are refused (429). Without it there is no limit.
    pub user_rate_limit: Option<RateLimitConfig>,
}

/// A rate, as a bucket that fills: as many at once as it holds, and then as many as come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("examples" = [{"per_second": 50, "burst": 1000}]))]
pub struct RateLimitConfig {
    /// Links a second, on the whole.
    pub per_second: NonZeroU32,
    /// Links at once, after a pause; by default as many as `per_second`.
    #[serde(default)]
    pub burst: Option<NonZeroU32>,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 8080)),
            admin_listen: SocketAddr::from(([127, 0, 0, 1], 9090)),
            base_path: String::new(),
            public_url: None,
            cors_origins: Vec::new(),
            login_url: None,
            tls: None,
            limits: LimitsConfig::default(),
            trusted_proxies: Vec::new(),
        }
    }
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            max_connections: 4096,
            header_read_timeout: HumanDuration::from_secs(10),
            max_header_bytes: 32 * 1024,
            max_headers: 100,
            max_body_bytes: 4 * 1024 * 1024,
            upload_bytes: 50 * 1024 * 1024 * 1024,
            upload_part_bytes: 64 * 1024 * 1024,
            uploads: 64,
            request_timeout: HumanDuration::from_secs(30),
            drain_delay: HumanDuration::from_secs(0),
            drain_timeout: HumanDuration::from_secs(20),
            max_batch: 1000,
            streams: 512,
            stream_idle_timeout: HumanDuration::from_secs(30),
            max_requests: 1024,
            rate_limit: None,
            user_rate_limit: None,
        }
    }
}
