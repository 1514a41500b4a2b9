//! Clients that are slow, greedy or in the way of the server's end. Nothing here sleeps: each test waits for what must
//! happen, and fails when it has not happened after a time that is far longer than the limit.

use std::{future::Future, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    existence,
    fake_store::FakeStore,
    wire::{Answer, exchange, request},
    world::{ALICE, World},
};

const HASTY: &str = "limits: {header_read_timeout: 200ms, request_timeout: 300ms}";

async fn soon<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(20), what).await.expect("it did not happen")
}

/// Whatever still comes, to the connection's end, however that looks.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut all = Vec::new();
    let _ = soon(stream.read_to_end(&mut all)).await;
    all
}

fn get() -> String {
    request("GET", "/?url=gs://ml/k", &[("Authorization", &format!("Bearer {ALICE}"))], "")
}

#[tokio::test]
async fn a_head_that_does_not_end_is_cut() {
    let world = World::serving(HASTY).await;
    for sent in ["", "G", "GET / HTTP/1.1\r\nHost: x\r\n", "GET / HTTP/1.1\r\nX: "] {
        let mut stream = TcpStream::connect(world.address).await.unwrap();
        stream.write_all(sent.as_bytes()).await.unwrap();
        let rest = rest(&mut stream).await;
        assert!(!rest.starts_with(b"HTTP/1.1 2") && !rest.starts_with(b"HTTP/1.1 3"), "{sent}");
    }
}

#[tokio::test]
async fn a_head_that_trickles_is_cut_all_the_same() {
    let world = World::serving(HASTY).await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
    soon(async {
        // Each write is progress; what ends the connection is the whole head's time.
        while stream.write_all(b"x: y\r\n").await.is_ok() {
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let world = World::serving(HASTY).await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    stream.write_all(get().as_bytes()).await.unwrap();
    assert_eq!(Answer::read(&mut stream).await.unwrap().status, 302);
    assert_eq!(rest(&mut stream).await, b"");
}

#[tokio::test]
async fn a_body_that_does_not_come_is_given_up() {
    let world = World::serving(HASTY).await;
    let bearer = format!("Bearer {ALICE}");
    let head = request("POST", "/v1/presign", &[("Authorization", &bearer), ("Content-Length", "100")], "");
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    stream.write_all(format!("{head}{{\"url\"").as_bytes()).await.unwrap();
    let answer = soon(Answer::read(&mut stream)).await.unwrap();
    assert_eq!((answer.status, &answer.json()["code"]), (503, &"unavailable".into()));
    assert_eq!(rest(&mut stream).await, b"", "the connection is of no use any more");
}

#[tokio::test]
async fn a_head_that_is_too_large_is_refused() {
    let world = World::serving("limits: {max_header_bytes: 8192, max_headers: 20}").await;
    let many: Vec<_> = (0..30).map(|number| (format!("x-{number}"), "y")).collect();
    let many: Vec<_> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    let large = "y".repeat(10_000);
    for headers in [&many[..], &[("x", large.as_str())]] {
        let answer = soon(exchange(world.address, &request("GET", "/", headers, ""))).await.unwrap();
        assert_eq!(answer.status, 431);
    }
    let few = &many[..10];
    assert_eq!(exchange(world.address, &request("GET", "/", few, "")).await.unwrap().status, 200);
    let long = format!("/?url=s3://b/{}", "k".repeat(10_000));
    let answer = soon(exchange(world.address, &request("GET", &long, &[], ""))).await.unwrap();
    assert!(matches!(answer.status, 414 | 431), "{}", answer.status);
}

#[tokio::test]
async fn what_is_no_http_is_refused_without_an_echo() {
    let world = World::new().await;
    for text in
        ["\u{0}\u{1}\u{2}\r\n\r\n", "GET  / HTTP/9.9\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "<script>\r\n\r\n"]
    {
        let mut stream = TcpStream::connect(world.address).await.unwrap();
        stream.write_all(text.as_bytes()).await.unwrap();
        let rest = String::from_utf8(rest(&mut stream).await).unwrap();
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 400"), "{rest}");
        assert!(!rest.contains("script"));
    }
}

#[tokio::test]
async fn two_lengths_of_one_body_are_refused() {
    let world = World::new().await;
    for headers in [[("Content-Length", "5"), ("Content-Length", "6")], [("Content-Length", "-1"), ("X", "y")]] {
        let text = request("POST", "/v1/presign", &headers, "");
        assert_eq!(soon(exchange(world.address, &text)).await.unwrap().status, 400);
    }
}

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let world = World::new().await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let bearer = format!("Bearer {ALICE}");
    let texts = ["1", "denied", "3", "4"].map(|key| {
        let target = if key == "denied" { "/?url=gs://denied/k".to_owned() } else { format!("/?url=gs://ml/{key}") };
        request("GET", &target, &[("Authorization", &bearer)], "")
    });
    stream.write_all(texts.concat().as_bytes()).await.unwrap();
    for expected in ["/ml/1?", "", "/ml/3?", "/ml/4?"] {
        let answer = soon(Answer::read(&mut stream)).await.unwrap();
        assert!(answer.location().contains(expected) && answer.location().is_empty() == expected.is_empty());
    }
}

#[tokio::test]
async fn a_connection_over_the_cap_waits_for_a_place() {
    let world = World::serving("limits: {max_connections: 1}").await;
    let mut first = TcpStream::connect(world.address).await.unwrap();
    first.write_all(get().as_bytes()).await.unwrap();
    soon(Answer::read(&mut first)).await.unwrap();
    let mut second = TcpStream::connect(world.address).await.unwrap();
    second.write_all(get().as_bytes()).await.unwrap();
    // The first is still served, and the second is not.
    for _ in 0..20 {
        first.write_all(get().as_bytes()).await.unwrap();
        assert_eq!(soon(Answer::read(&mut first)).await.unwrap().status, 302);
    }
    assert_eq!(world.connections.get(), 1);
    assert_eq!(second.try_read(&mut [0]).unwrap_err().kind(), std::io::ErrorKind::WouldBlock);
    drop(first);
    assert_eq!(soon(Answer::read(&mut second)).await.unwrap().status, 302);
}

#[tokio::test]
async fn a_request_under_way_is_answered_after_the_end_has_begun() {
    let store = FakeStore::start().await;
    let mut world = existence::world(&store, "").await;
    store.hold(true);
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let headers = [("Authorization", &*format!("Bearer {ALICE}"))];
    stream.write_all(request("GET", "/?url=azure://mlstore/c/k", &headers, "").as_bytes()).await.unwrap();
    soon(store.was_asked(1)).await;
    world.stop();
    // The listener goes first, while the request is still under way.
    soon(async { while TcpStream::connect(world.address).await.is_ok() {} }).await;
    store.hold(false);
    assert_eq!(soon(Answer::read(&mut stream)).await.unwrap().status, 302);
    assert_eq!(rest(&mut stream).await, b"");
    soon(world.stopped()).await;
    assert_eq!(world.connections.get(), 0);
}

#[tokio::test]
async fn a_request_that_hangs_is_cut_at_the_deadline() {
    let store = FakeStore::start().await;
    let mut world = existence::world(&store, "limits: {drain_timeout: 200ms}").await;
    store.hold(true);
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let headers = [("Authorization", &*format!("Bearer {ALICE}"))];
    stream.write_all(request("GET", "/?url=azure://mlstore/c/k", &headers, "").as_bytes()).await.unwrap();
    soon(store.was_asked(1)).await;
    world.stop();
    soon(world.stopped()).await;
    assert!(soon(Answer::read(&mut stream)).await.is_none());
}

#[tokio::test]
async fn idle_connections_do_not_delay_the_end() {
    let mut world = World::serving("limits: {header_read_timeout: 1h, drain_timeout: 1h}").await;
    let mut used = TcpStream::connect(world.address).await.unwrap();
    used.write_all(get().as_bytes()).await.unwrap();
    soon(Answer::read(&mut used)).await.unwrap();
    world.stop();
    soon(world.stopped()).await;
    assert_eq!(rest(&mut used).await, b"");
}
