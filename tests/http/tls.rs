//! The public listener with a certificate.

use std::{future::Future, sync::Arc, time::Duration};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::{
    wire::{Answer, request},
    world::{ALICE, World},
};

/// A gateway with TLS, and who trusts its certificate.
pub(crate) struct Secure {
    pub(crate) world: World,
    roots: RootCertStore,
    _folder: TempDir,
}

impl Secure {
    pub(crate) async fn with(limits: &str) -> Self {
        let pair = rcgen::generate_simple_self_signed(["gateway.example".to_owned()]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let (cert, key) = (folder.path().join("cert.pem"), folder.path().join("key.pem"));
        std::fs::write(&cert, pair.cert.pem()).unwrap();
        std::fs::write(&key, pair.signing_key.serialize_pem()).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(pair.cert.der().clone()).unwrap();
        let tls = format!("tls: {{cert: '{}', key: '{}'}}, limits: {{{limits}}}", cert.display(), key.display());
        Self { world: World::serving(&tls).await, roots, _folder: folder }
    }

    /// A connection on which one of these protocols is spoken.
    pub(crate) async fn connect(&self, protocols: &[&str]) -> TlsStream<TcpStream> {
        let mut config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(self.roots.clone())
            .with_no_client_auth();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let stream = TcpStream::connect(self.world.address).await.unwrap();
        let name = "gateway.example".try_into().unwrap();
        TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
    }

    /// Asks by HTTP/2: status, location and body.
    pub(crate) async fn ask_http2(&self, target: &str) -> (u16, String, Bytes) {
        let stream = self.connect(&["h2", "http/1.1"]).await;
        let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let request = Request::get(format!("https://gateway.example{target}"))
            .header("authorization", format!("Bearer {ALICE}"))
            .body(Empty::<Bytes>::new())
            .unwrap();
        let (head, body) = sender.send_request(request).await.unwrap().into_parts();
        let location = head.headers.get("location").map_or("", |value| value.to_str().unwrap());
        (head.status.as_u16(), location.to_owned(), body.collect().await.unwrap().to_bytes())
    }
}

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what).await.expect("it did not happen")
}

#[tokio::test]
async fn http_2_and_http_1_get_the_same_answer() {
    let secure = Secure::with("").await;
    let (status, location, _) = secure.ask_http2("/?url=gs://ml/k").await;
    assert_eq!(status, 302);
    for protocols in [&["http/1.1"][..], &[]] {
        let mut stream = secure.connect(protocols).await;
        let text = request("GET", "/?url=gs://ml/k", &[("Authorization", &format!("Bearer {ALICE}"))], "");
        stream.write_all(text.as_bytes()).await.unwrap();
        assert_eq!(Answer::read(&mut stream).await.unwrap().location(), location);
    }
}

#[tokio::test]
async fn many_requests_share_an_http_2_connection() {
    let secure = Secure::with("").await;
    let stream = secure.connect(&["h2"]).await;
    let (sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let ask = |number: usize| {
        let mut sender = sender.clone();
        let request = Request::get(format!("https://gateway.example/?url=gs://ml/{number}"))
            .header("cookie", format!("clearml_token_basic={ALICE}"))
            .body(Empty::<Bytes>::new())
            .unwrap();
        async move { sender.send_request(request).await.unwrap().headers()["location"].to_str().unwrap().to_owned() }
    };
    let locations = futures::future::join_all((0..200).map(ask)).await;
    assert!(locations.iter().enumerate().all(|(number, url)| url.contains(&format!("/ml/{number}?"))));
    assert_eq!(secure.world.connections.get(), 1);
}

#[tokio::test]
async fn who_does_not_speak_tls_gets_no_link() {
    let secure = Secure::with("").await;
    let mut stream = TcpStream::connect(secure.world.address).await.unwrap();
    let text = request("GET", "/?url=gs://ml/k", &[("Authorization", &format!("Bearer {ALICE}"))], "");
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut rest = Vec::new();
    let _ = soon(stream.read_to_end(&mut rest)).await;
    assert!(!String::from_utf8_lossy(&rest).contains("HTTP/1.1"));
}

#[tokio::test]
async fn who_is_silent_before_in_or_after_the_handshake_is_cut() {
    let secure = Secure::with("header_read_timeout: 200ms, request_timeout: 200ms").await;
    let mut rest = Vec::new();
    let mut before = TcpStream::connect(secure.world.address).await.unwrap();
    let _ = soon(before.read_to_end(&mut rest)).await;
    let mut within = TcpStream::connect(secure.world.address).await.unwrap();
    within.write_all(&[22, 3, 1, 2, 0, 1]).await.unwrap();
    let _ = soon(within.read_to_end(&mut rest)).await;
    for protocols in [&["http/1.1"][..], &["h2"], &[]] {
        let mut after = secure.connect(protocols).await;
        let _ = soon(after.read_to_end(&mut rest)).await;
    }
    soon(async {
        while secure.world.connections.get() > 0 {
            tokio::task::yield_now().await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_idle_http_2_connection_is_closed() {
    let secure = Secure::with("header_read_timeout: 200ms, request_timeout: 200ms").await;
    let stream = secure.connect(&["h2"]).await;
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let request = Request::get("https://gateway.example/").body(Empty::<Bytes>::new()).unwrap();
    assert_eq!(sender.send_request(request).await.unwrap().status(), 200);
    let _ = soon(connection).await;
}

#[tokio::test]
async fn an_http_2_connection_that_only_pings_while_it_holds_an_answer_is_closed() {
    let secure = Secure::with("header_read_timeout: 200ms, request_timeout: 200ms").await;
    let stream = secure.connect(&["h2"]).await;
    let mut builder = http2::Builder::new(TokioExecutor::new());
    let ping_every = Duration::from_millis(20);
    builder.timer(TokioTimer::new()).keep_alive_interval(ping_every).keep_alive_while_idle(true);
    let (mut sender, connection) = builder.initial_stream_window_size(0).handshake(TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let request = Request::get("https://gateway.example/").body(Empty::<Bytes>::new()).unwrap();
    let held = sender.send_request(request).await.unwrap();
    let _ = soon(connection).await;
    drop(held);
}
