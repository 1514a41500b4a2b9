//! One connection, from its first byte to its last.

use std::{convert::Infallible, time::Duration};

use hyper::{Request, Response, body::Incoming, server::conn, service::Service};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::graceful::Watcher,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time,
};

use super::{Options, Peer, Permit, activity::Activity, stall::Stalling, timer::SharedTimer};
use crate::{bulk::Load, config::LimitsConfig};

/// A connection that was accepted.
pub(super) struct Connection {
    pub(super) stream: TcpStream,
    /// Held as long as the connection is open.
    pub(super) permit: Permit,
    pub(super) options: Options,
    pub(super) watcher: Watcher,
    /// What the service says that it carries.
    pub(super) load: Load,
}

impl Connection {
    pub(super) async fn run<S, B>(self, service: S)
    where
        S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Send + 'static,
        S::Future: Send + 'static,
        B: hyper::body::Body + Send + 'static,
        B::Data: Send,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let Self { stream, permit, options, watcher, load } = self;
        let _open = Open::count(&options.connections);
        // Answers are small: waiting to fill a packet only delays them.
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY was not set");
        }
        match &options.tls {
            None => http1(stream, service, &options, &load, watcher).await,
            Some(acceptor) => {
                let handshake = acceptor.accept(stream);
                match time::timeout(options.limits.header_read_timeout.0, handshake).await {
                    Ok(Ok(stream)) if stream.get_ref().1.alpn_protocol() == Some(b"h2") => {
                        http2(stream, service, &options, &load, watcher).await;
                    }
                    Ok(Ok(stream)) => http1(stream, service, &options, &load, watcher).await,
                    Ok(Err(error)) => tracing::debug!(%error, "a TLS handshake failed"),
                    Err(_) => tracing::debug!("a TLS handshake took too long"),
                }
            }
        }
        drop(permit);
    }
}

async fn http1<I, S, B>(io: I, service: S, options: &Options, load: &Load, watcher: Watcher)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Send + 'static,
    S::Future: Send + 'static,
    B: hyper::body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let limits = &options.limits;
    let mut builder = conn::http1::Builder::new();
    builder
        .timer(SharedTimer::new(limits.header_read_timeout.0))
        .header_read_timeout(limits.header_read_timeout.0)
        .max_buf_size(limits.max_header_bytes)
        .max_headers(limits.max_headers);
    let connection = builder.serve_connection(moving(io, limits), service);
    if let Some(Err(error)) = options.bulk.drive(watcher.watch(connection), load).await {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn http2<I, S, B>(io: I, service: S, options: &Options, load: &Load, watcher: Watcher)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible> + Send + 'static,
    S::Future: Send + 'static,
    B: hyper::body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let limits = &options.limits;
    let mut builder = conn::http2::Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(128)
        .max_header_list_size(u32::try_from(limits.max_header_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(limits.header_read_timeout.0);
    let activity = Activity::start();
    let connection = builder.serve_connection(moving(io, limits), activity.of(service));
    tokio::select! {
        ended = options.bulk.drive(watcher.watch(connection), load) => if let Some(Err(error)) = ended {
            tracing::debug!(%error, "a connection ended early");
        },
        () = activity.none_for(patience(limits)) => tracing::debug!("a connection without requests was closed"),
    }
}

fn moving<I>(io: I, limits: &LimitsConfig) -> TokioIo<Stalling<I>> {
    TokioIo::new(Stalling::new(io, patience(limits)))
}

/// How long nothing may happen on a connection: nothing moves while a request is answered, so as long as a request may
/// take, and longer.
const fn patience(limits: &LimitsConfig) -> Duration {
    limits.request_timeout.0.saturating_add(limits.header_read_timeout.0)
}

/// Counts a connection as open for as long as it lives.
struct Open(prometheus::IntGauge);

impl Open {
    fn count(gauge: &prometheus::IntGauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

/// Puts what is known of the connection into each request's extensions.
#[derive(Clone)]
pub(super) struct WithPeer<S> {
    inner: S,
    peer: Peer,
}

impl<S> WithPeer<S> {
    pub(super) const fn new(inner: S, peer: Peer) -> Self {
        Self { inner, peer }
    }
}

impl<S: Service<Request<Incoming>>> Service<Request<Incoming>> for WithPeer<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn call(&self, mut request: Request<Incoming>) -> S::Future {
        request.extensions_mut().insert(self.peer.clone());
        self.inner.call(request)
    }
}
