//! The HTTP server: an accept loop that one client cannot occupy for ever.
//!
//! `warp::serve` has no timeouts, no limits, no TLS and no deadline for draining, so warp's filters are served by hyper
//! here. In the clear that is HTTP/1.1 only: hyper's automatic builder waits without a timeout for the byte that tells
//! the versions apart. With TLS, ALPN chooses HTTP/2 or HTTP/1.1.

mod activity;
mod connection;
mod stall;
mod timer;
mod tls;

use std::{convert::Infallible, future::Future, net::SocketAddr, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use futures::FutureExt;
use hyper::{Request, Response, body::Incoming, service::Service};
use hyper_util::server::graceful::GracefulShutdown;
use prometheus::IntGauge;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::JoinSet,
    time,
};
use tokio_rustls::TlsAcceptor;

use crate::{
    bulk::{Bulk, Load},
    config::LimitsConfig,
};
use connection::{Connection, WithPeer};
pub use tls::{Tls, TlsError, tls};

/// How long after the listener connections stay open on which nothing was asked yet, when there is a drain delay at all.
const MOMENT: Duration = Duration::from_millis(500);

/// The connection that a request came by; in every request's extensions.
#[derive(Debug, Clone)]
pub struct Peer {
    /// The client's end.
    pub address: SocketAddr,
    /// What the connection carries, as far as the service says so.
    pub load: Load,
}

/// How a listener is served.
#[derive(Clone)]
pub struct Options {
    /// The limits of the configuration.
    pub limits: LimitsConfig,
    /// TLS, or none.
    pub tls: Option<TlsAcceptor>,
    /// Counts the connections that are open.
    pub connections: IntGauge,
    /// What drives connections while they carry objects' bytes.
    pub bulk: Bulk,
}

impl std::fmt::Debug for Options {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Options")
            .field("limits", &self.limits)
            .field("tls", &self.tls.is_some())
            .finish_non_exhaustive()
    }
}

/// The options in effect: each connection has those that it found when it was accepted.
#[derive(Debug, Clone)]
pub struct CurrentOptions(Arc<ArcSwap<Options>>);

impl CurrentOptions {
    /// For all connections from here on. How many there may be at once stays as it was at the start.
    pub fn update(&self, change: impl FnOnce(Options) -> Options) {
        let options = Options::clone(&self.0.load());
        self.0.store(Arc::new(change(options)));
    }
}

impl From<Options> for CurrentOptions {
    fn from(options: Options) -> Self {
        Self(Arc::new(ArcSwap::from_pointee(options)))
    }
}

/// A warp service as hyper calls it. Warp's services are always ready, so a request need not be kept until they are.
#[derive(Debug, Clone)]
pub struct WarpService<S>(pub S);

impl<S, R> Service<R> for WarpService<S>
where
    S: tower_service::Service<R> + Clone,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn call(&self, request: R) -> S::Future {
        self.0.clone().call(request)
    }
}

/// Serves a listener until `shutdown` completes, then lets requests under way end within the drain deadline.
pub async fn serve<S, B>(
    listener: TcpListener,
    service: S,
    options: impl Into<CurrentOptions>,
    shutdown: impl Future<Output = ()> + Send,
) where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
    B: hyper::body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let CurrentOptions(current) = options.into();
    let permits = Arc::new(Semaphore::new(current.load().limits.max_connections));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let start = |(stream, peer, permit): Accepted, graceful: &GracefulShutdown| {
        let load = Load::default();
        let service = WithPeer::new(service.clone(), Peer { address: peer, load: load.clone() });
        let options = Options::clone(&current.load());
        let connection = Connection { stream, permit, options, watcher: graceful.watcher(), load };
        connection.run(service)
    };
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = accept(&listener, &permits) => accepted,
        };
        connections.spawn(start(accepted, &graceful));
        while connections.try_join_next().is_some() {}
    }
    // Whom the kernel has let in already would find the connection reset.
    while let Some(accepted) = accept(&listener, &permits).now_or_never() {
        connections.spawn(start(accepted, &graceful));
    }
    drop(listener);
    let drained = async {
        // Who has connected a moment ago is about to ask.
        let _ = time::timeout(current.load().limits.drain_delay.0.min(MOMENT), ended(&mut connections)).await;
        graceful.shutdown().await;
        ended(&mut connections).await;
    };
    if time::timeout(current.load().limits.drain_timeout.0, drained).await.is_err() {
        tracing::warn!("requests were still under way at the drain deadline and were cut");
    }
}

async fn ended(connections: &mut JoinSet<()>) {
    while connections.join_next().await.is_some() {}
}

type Permit = tokio::sync::OwnedSemaphorePermit;
type Accepted = (TcpStream, SocketAddr, Permit);

/// Waits for a place, then for a client. Errors of `accept` (too many open files, a client gone at once) pass by
/// themselves, so they are waited out.
async fn accept(listener: &TcpListener, permits: &Arc<Semaphore>) -> Accepted {
    loop {
        let Ok(permit) = Arc::clone(permits).acquire_owned().await else {
            // The semaphore is never closed; should it be, nothing is accepted any more.
            return std::future::pending().await;
        };
        match listener.accept().await {
            Ok((stream, peer)) => return (stream, peer, permit),
            Err(error) => {
                tracing::warn!(%error, "a connection was not accepted");
                time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}
