//! ClearML's fileserver contract, onto a store that can fail.

use std::net::SocketAddr;

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    stub_store::{Fault, StubStore},
    wire::Answer,
    world::{ALICE, BOB, Setup, World},
};

const BOUNDARY: &str = "d1a84f4cf6404bc382ba1c6c8b4e4f20";
const MIB: usize = 1024 * 1024;

pub(crate) const RULES: &str = "
  - {name: mine, match: {bucket: mine}, backend: stub, methods: [GET, HEAD, PUT, DELETE], deny: {users: [bob]}}
  - {name: read, match: {bucket: read}, backend: stub}
  - {name: moved, match: {bucket: moved, prefix: a}, backend: stub, methods: [PUT], rewrite: {bucket: other, prefix: b}}";

async fn world(store: &StubStore, limits: &str) -> World {
    let server = format!("limits: {{upload_part_bytes: 5242880, request_timeout: 5s, {limits}}}");
    World::with(Setup { server, backends: store.backend(), rules: RULES.into(), ..Setup::default() }).await
}

/// A form as the SDK sends it.
pub(crate) fn form(name: &str, content_type: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!(
        "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{name}\"\r\n\
         Content-Type: {content_type}\r\n\r\n"
    );
    [head.as_bytes(), bytes, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

/// The head of an upload that says that it is so long.
pub(crate) fn head(path: &str, token: &str, length: usize) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nHost: gateway.example\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n\r\n"
    )
}

async fn exchange(address: SocketAddr, head: &str, body: &[u8]) -> Answer {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut reading, mut writing) = stream.split();
    // A refusal may come before all was sent, and the rest be cut off.
    let (_, answer) = tokio::join!(writing.write_all(body), Answer::read(&mut reading));
    answer.unwrap()
}

pub(crate) async fn upload(world: &World, path: &str, name: &str, bytes: &[u8]) -> Answer {
    let body = form(name, "image/x-test", bytes);
    exchange(world.address, &head(path, ALICE, body.len()), &body).await
}

fn bytes(count: usize) -> Vec<u8> {
    (0..count).map(|index| u8::try_from(index % 251).unwrap()).collect()
}

#[tokio::test]
async fn a_file_is_stored_with_its_type_and_the_answer_is_the_fileserver_s() {
    let store = StubStore::start().await;
    let world = world(&store, "").await;
    let answer = upload(&world, "/s3/mine", "/My Project/t.1/a b+c%20d.png", b"hello").await;
    assert_eq!((answer.status, answer.body.as_str()), (200, r#"["My Project/t.1/a b+c%20d.png"]"#));
    let stored = store.object("/mine/My%20Project/t.1/a%20b%2Bc%2520d.png").unwrap();
    assert_eq!((&*stored.bytes, stored.content_type.as_str()), (b"hello".as_slice(), "image/x-test"));
    assert!(!store.saw_authorization(), "the caller's token went to the store");
    let counted = world.metrics("presign_upload");
    assert!(counted.contains(&r#"presign_upload_bytes_total{backend="stub",rule="mine"} 5"#.to_owned()), "{counted:?}");
}

#[tokio::test]
async fn every_spelling_of_the_files_server_leads_to_the_same_object() {
    let store = StubStore::start().await;
    let world = world(&store, "").await;
    for (path, name) in [("/s3/mine", "/p/x"), ("/s3/mine/", "p/x"), ("/s3/mine/p", "/x"), ("/", "/s3/mine/p/x")] {
        assert_eq!(upload(&world, path, name, path.as_bytes()).await.status, 200, "{path}");
        assert_eq!(store.object("/mine/p/x").unwrap().bytes, path.as_bytes());
    }
    assert_eq!(upload(&world, "/s3/moved", "/a/x", b"1").await.status, 200);
    assert_eq!(store.object("/other/b/x").unwrap().bytes, "1", "a rule's rewrite counts for uploads too");
}

#[tokio::test]
async fn files_of_all_lengths_arrive_whole() {
    let store = StubStore::start().await;
    let world = world(&store, "").await;
    for length in [0, 1, 5 * MIB, 5 * MIB + 1, 10 * MIB, 12 * MIB + 7] {
        let file = bytes(length);
        let answer = upload(&world, "/s3/mine", "/x", &file).await;
        assert_eq!(answer.status, 200, "{length}: {}", answer.body);
        let stored = store.object("/mine/x").unwrap();
        assert!(stored.bytes == file, "{length}: {} bytes arrived", stored.bytes.len());
        assert_eq!((stored.content_type.as_str(), store.open_uploads()), ("image/x-test", 0));
    }
    let parts = |asked: &&String| asked.contains("partNumber");
    assert_eq!(store.asked().iter().filter(parts).count(), 2 + 2 + 3);
}

#[tokio::test]
async fn a_file_may_hold_what_looks_like_a_boundary() {
    let store = StubStore::start().await;
    let world = world(&store, "").await;
    let file =
        format!("\r\n--{}\r\n--\r\n\r\n--{BOUNDARY}", &BOUNDARY[1..]).replace(&format!("\r\n--{BOUNDARY}"), "\r\n-");
    assert_eq!(upload(&world, "/s3/mine", "/x", file.as_bytes()).await.status, 200);
    assert_eq!(store.object("/mine/x").unwrap().bytes, file.as_bytes());
}

#[tokio::test]
async fn rules_decide_who_may_write_where() {
    let store = StubStore::start().await;
    let world = world(&store, "").await;
    let body = form("/x", "text/plain", b"x");
    for (path, token, status) in [
        ("/s3/mine", BOB, 403),
        ("/s3/read", ALICE, 405),
        ("/s3/nobody-s", ALICE, 403),
        ("/s3/mine", "no-such-token", 401),
        ("/nothing", ALICE, 405),
        ("/s3", ALICE, 400),
    ] {
        let answer = exchange(world.address, &head(path, token, body.len()), &body).await;
        assert_eq!(answer.status, status, "{path} {token}: {}", answer.body);
    }
    assert_eq!(store.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn what_is_too_long_is_refused_before_it_is_sent() {
    let store = StubStore::start().await;
    let world = world(&store, "upload_bytes: 1000").await;
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    stream.write_all(head("/s3/mine", ALICE, 5 * 1024 * MIB).as_bytes()).await.unwrap();
    let answer = Answer::read(&mut stream).await.unwrap();
    assert_eq!((answer.status, &answer.json()["code"]), (413, &"too_large".into()));
    assert_eq!(upload(&world, "/s3/mine", "/x", &bytes(1000)).await.status, 200);
    assert_eq!(upload(&world, "/s3/mine", "/y", &bytes(1001)).await.status, 413);
    assert_eq!(store.object("/mine/y"), None);
}

#[tokio::test]
async fn a_form_that_is_none_is_refused_and_leaves_nothing() {
    let store = StubStore::start().await;
    let world = world(&store, "").await;
    let good = form("/x", "text/plain", b"file");
    let two = [&form("/x", "a/b", b"1")[..], &form("/y", "a/b", b"2")].concat();
    let two = String::from_utf8(two).unwrap().replacen(&format!("\r\n--{BOUNDARY}--\r\n"), "\r\n", 1).into_bytes();
    let nameless = String::from_utf8(good.clone()).unwrap().replace("name=\"/x\"; ", "").into_bytes();
    let endless = [&good[..good.len() - 4], b"xxxx"].concat();
    for (what, body) in [
        ("two files", two),
        ("no name", nameless),
        ("no end", endless),
        ("a name with dots", form("/a/../x", "a/b", b"1")),
        ("a name with a line's end", form("/a%0Ax", "a/b", b"1")),
        ("no form", b"hello\r\n\r\nworld, this is not a form, as long as it may be, and it has no boundary".repeat(2)),
        ("nothing", Vec::new()),
    ] {
        let answer = exchange(world.address, &head("/s3/mine", ALICE, body.len()), &body).await;
        assert_eq!(answer.status, 400, "{what}: {}", answer.body);
    }
    let text = head("/s3/mine", ALICE, 0).replace("Content-Length: 0", "Transfer-Encoding: chunked");
    assert_eq!(exchange(world.address, &text, b"0\r\n\r\n").await.status, 411);
    let text = head("/s3/mine", ALICE, good.len()).replace("multipart/form-data", "text/plain");
    assert_eq!(exchange(world.address, &text, &good).await.status, 400);
    assert_eq!((store.object("/mine/x"), store.object("/mine/y"), store.open_uploads()), (None, None, 0));
}

#[tokio::test]
async fn an_upload_that_is_cut_leaves_neither_object_nor_parts() {
    let store = StubStore::start().await;
    let world = world(&store, "").await;
    for (length, sent) in [(4 * MIB, MIB), (12 * MIB, 7 * MIB)] {
        let body = form("/cut", "a/b", &bytes(length));
        let mut stream = TcpStream::connect(world.address).await.unwrap();
        stream.write_all(head("/s3/mine", ALICE, body.len()).as_bytes()).await.unwrap();
        stream.write_all(&body[..sent]).await.unwrap();
        store.until(|store| store.asked().iter().any(|asked| asked.starts_with("PUT /mine/cut"))).await;
        drop(stream);
        if length > 5 * MIB {
            store
                .until(|store| store.asked().iter().any(|asked| asked.starts_with("DELETE /mine/cut?uploadId=")))
                .await;
        }
    }
    store.until(|store| store.open_uploads() == 0).await;
    assert_eq!(store.object("/mine/cut"), None);
    assert_eq!(upload(&world, "/s3/mine", "/cut", b"again").await.status, 200);
}

#[tokio::test]
async fn a_store_that_fails_is_told_to_the_caller_and_cleaned_up() {
    for (fault, length, status) in [
        (Fault::Part(3), 12 * MIB, 503),
        (Fault::FailsToComplete, 12 * MIB, 502),
        (Fault::DiesHalfWay, 4 * MIB, 503),
        (Fault::DiesHalfWay, 12 * MIB, 503),
        (Fault::Refuses, 10, 502),
        (Fault::Refuses, 12 * MIB, 502),
    ] {
        let store = StubStore::start().await;
        let world = world(&store, "").await;
        store.fail(fault);
        let answer = upload(&world, "/s3/mine", "/x", &bytes(length)).await;
        assert_eq!(answer.status, status, "{fault:?}: {}", answer.body);
        assert!(!answer.body.contains("Denied") && !answer.body.contains("127.0.0.1"), "{}", answer.body);
        assert_eq!((store.object("/mine/x"), store.open_uploads()), (None, 0), "{fault:?}");
    }
}

#[tokio::test]
async fn a_store_on_which_nothing_moves_is_given_up() {
    let store = StubStore::start().await;
    let server = "limits: {request_timeout: 1s}".to_owned();
    let world = World::with(Setup { server, backends: store.backend(), rules: RULES.into(), ..Setup::default() }).await;
    store.fail(Fault::Sleeps);
    let answer = upload(&world, "/s3/mine", "/x", b"hello").await;
    assert_eq!((answer.status, &answer.json()["code"]), (408, &"stalled".into()));
}

#[tokio::test]
async fn as_many_uploads_as_allowed_are_under_way_and_the_others_wait() {
    let store = StubStore::start().await;
    let world = world(&store, "uploads: 2").await;
    let files: Vec<_> = (0..20).map(|number| (format!("/many/{number}"), bytes(100_000 + number))).collect();
    let all = files.iter().map(|(name, file)| upload(&world, "/s3/mine", name, file));
    for answer in futures::future::join_all(all).await {
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    for (name, file) in &files {
        assert!(store.object(&format!("/mine{name}")).unwrap().bytes == *file, "{name}");
    }
}

#[tokio::test]
async fn a_file_is_deleted_by_its_path_and_a_link_is_asked_for_by_its_url() {
    let store = StubStore::start().await;
    let world = world(&store, "").await;
    assert_eq!(upload(&world, "/s3/mine", "/a b", b"x").await.status, 200);
    assert_eq!(world.alice("DELETE", "/?url=s3://mine/a%20b", &[]).await.status, 307);
    assert!(store.object("/mine/a%20b").is_some());
    let answer = world.alice("DELETE", "/s3/mine/a%20b", &[]).await;
    assert_eq!((answer.status, answer.json()), (200, json!("mine/a b")));
    assert_eq!(store.object("/mine/a%20b"), None);
    assert_eq!(world.alice("DELETE", "/s3/read/x", &[]).await.status, 405);
    assert_eq!(world.ask("DELETE", "/s3/mine/x", &[]).await.status, 401);
}

#[tokio::test]
async fn a_list_is_deleted_as_the_service_for_asynchronous_deletion_sends_it() {
    let store = StubStore::start().await;
    let world = world(&store, "").await;
    for name in ["/p/a b", "/p/c%20d"] {
        assert_eq!(upload(&world, "/s3/mine", name, b"x").await.status, 200);
    }
    let bearer = format!("Bearer {ALICE}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
    let files = json!({"files": ["p/a%20b", "/s3/mine/p/c%2520d", "p/../x"]}).to_string();
    let request = crate::wire::request("POST", "/s3/mine/delete_many", &headers, &files);
    let answer = crate::wire::exchange(world.address, &request).await.unwrap().json();
    assert_eq!(answer["deleted"], json!({"p/a%20b": "p/a%20b", "/s3/mine/p/c%2520d": "/s3/mine/p/c%2520d"}));
    let errors = answer["errors"].as_object().unwrap();
    assert_eq!(errors.values().collect::<Vec<_>>(), [&json!(["p/../x"])]);
    assert!((store.object("/mine/p/a%20b"), store.object("/mine/p/c%2520d")) == (None, None));
    let refused =
        crate::wire::request("POST", "/delete_many", &headers, r#"{"files": ["s3/read/x", "s3/nobody-s/y"]}"#);
    let answer = crate::wire::exchange(world.address, &refused).await.unwrap().json();
    assert_eq!((&answer["deleted"], answer["errors"].as_object().unwrap().len()), (&json!({}), 2));
    let none = crate::wire::request("POST", "/delete_many", &[], r#"{"files": ["s3/mine/x"]}"#);
    assert_eq!(crate::wire::exchange(world.address, &none).await.unwrap().status, 401);
}

#[tokio::test]
async fn a_files_server_says_that_it_is_there() {
    let world = world(&StubStore::start().await, "").await;
    for path in ["/s3/mine", "/s3/mine/", "/gs/anything"] {
        let answer = world.ask("GET", path, &[]).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, "OK"), "{path}");
        assert_eq!(world.ask("GET", path, &[("Authorization", "Bearer nobody-s-token")]).await.status, 401);
        assert_eq!(world.get(path).await.status, 200);
    }
    let with_the_start_of_a_key = world.ask("GET", "/s3/mine/team-a/", &[]).await;
    assert_eq!((with_the_start_of_a_key.status, with_the_start_of_a_key.body.as_str()), (200, "OK"));
    for (path, headers) in [
        ("/s3/mine/team-a", &[][..]),
        ("/s3/mine/team-a/", &[("Authorization", "Bearer nobody-s-token")]),
        ("/s3/mine/team-a/?url=s3://mine/team-a/", &[]),
    ] {
        assert_eq!(world.ask("GET", path, headers).await.status, 401, "{path}");
    }
    assert_eq!(world.get("/s3/mine/team-a/").await.status, 302);
}

#[tokio::test]
async fn a_refusal_reaches_a_caller_who_has_sent_all_of_a_small_file() {
    let store = StubStore::start().await;
    let world = world(&store, "").await;
    let body = form("/x", "a/b", &bytes(200_000));
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    stream.write_all(head("/s3/read", ALICE, body.len()).as_bytes()).await.unwrap();
    stream.write_all(&body).await.unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 405"), "{}", String::from_utf8_lossy(&answer));
}
