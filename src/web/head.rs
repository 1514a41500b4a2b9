//! A request without its body.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use http::{HeaderMap, Method};
use warp::path::FullPath;

use super::{client, context::Context};
use crate::{bulk::Load, gateway::Live, record::Asking};

/// A request without its body.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) method: Method,
    pub(super) path: FullPath,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) id: String,
    pub(super) live: Arc<Live>,
    /// The other end of the connection.
    pub(super) peer: Option<SocketAddr>,
    /// What the connection carries.
    pub(super) load: Load,
}

impl Head {
    /// The path below the base path, starting with `/`, still encoded; `None` outside of it.
    pub(super) fn path(&self) -> Option<&str> {
        let rest = self.path.as_str().strip_prefix(self.live.snapshot.config.server.base_path.as_str())?;
        match rest {
            "" => Some("/"),
            rest if rest.starts_with('/') => Some(rest),
            _ => None,
        }
    }

    /// The request, for log and audit.
    pub(super) fn asking(&self) -> Asking<'_> {
        let client = self.peer.map(|peer| client::address(peer.ip(), &self.headers, &self.live.trusted_proxies));
        Asking { request_id: &self.id, client, item: None }
    }

    /// How long the request may take.
    pub(super) fn request_timeout(&self) -> Duration {
        self.live.snapshot.config.server.limits.request_timeout.0
    }

    pub(super) fn context(&self) -> Context<'_> {
        let server = &self.live.snapshot.config.server;
        Context {
            method: &self.method,
            headers: &self.headers,
            request_id: &self.id,
            login_url: server.login_url.as_deref(),
            cors_origins: &server.cors_origins,
            base_path: &server.base_path,
        }
    }
}
