//! Uploads and what becomes of them, on an S3 server in this process that checks every signature.

use std::{fs, path::Path};

use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use s3s::{
    auth::SimpleAuth,
    service::{S3Service, S3ServiceBuilder},
};
use s3s_fs::FileSystem;
use serde_json::json;
use tokio::net::TcpListener;

use crate::{
    uploads::upload,
    world::{AWS_SECRET, Setup, World},
};

const MIB: usize = 1024 * 1024;

/// A gateway before a store that keeps its bucket `bkt` in a folder.
async fn world(folder: &Path) -> World {
    fs::create_dir(folder.join("bkt")).unwrap();
    let mut builder = S3ServiceBuilder::new(FileSystem::new(folder).unwrap());
    builder.set_auth(SimpleAuth::from_single("AKIATEST", AWS_SECRET));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, builder.build()));
    let setup = Setup::default();
    setup.clock.tell_the_truth();
    World::with(Setup {
        server: "limits: {upload_part_bytes: 5242880}".into(),
        backends: format!(
            "
  store: {{type: minio, endpoint: '{endpoint}',
          credentials: {{source: static, access_key: AKIATEST, secret_key: {{env: AWS_SECRET}}}}}}"
        ),
        rules: "
  - {name: all, match: {bucket: bkt}, backend: store, methods: [GET, HEAD, PUT, DELETE]}"
            .into(),
        ..setup
    })
    .await
}

async fn serve(listener: TcpListener, service: S3Service) {
    while let Ok((stream, _)) = listener.accept().await {
        let service = service.clone();
        // A client that goes away is its own business.
        tokio::spawn(async move { http1::Builder::new().serve_connection(TokioIo::new(stream), service).await.ok() });
    }
}

async fn got(world: &World, target: &str) -> Vec<u8> {
    let answer = world.get(target).await;
    assert_eq!(answer.status, 302, "{}", answer.body);
    reqwest::get(answer.location()).await.unwrap().bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn a_file_is_read_by_every_spelling_of_where_it_was_uploaded() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path()).await;
    let large: Vec<u8> = (0..12 * MIB).map(|index| u8::try_from(index % 253).unwrap()).collect();
    for file in [b"".as_slice(), b"small", &large] {
        assert_eq!(upload(&world, "/s3/bkt", "/P (1)/a b+c%20d é.bin", file).await.status, 200);
        for target in [
            "/s3/bkt/P%20%281%29/a%20b%2Bc%2520d%20%C3%A9.bin",
            "/?url=s3%3A%2F%2Fbkt%2FP%20(1)%2Fa%20b%2Bc%2520d%20%C3%A9.bin",
            "/s3%3A%2F%2Fbkt%2FP%20%281%29%2Fa%20b%2Bc%2520d%20%C3%A9.bin",
        ] {
            assert!(got(&world, target).await == file, "{target}: {} bytes", file.len());
        }
    }
    assert_eq!(world.alice("DELETE", "/s3/bkt/P%20%281%29/a%20b%2Bc%2520d%20%C3%A9.bin", &[]).await.status, 200);
    assert_eq!(fs::read_dir(folder.path().join("bkt/P (1)")).unwrap().count(), 0);
}

#[tokio::test]
async fn a_program_uploads_in_parts_with_links_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path()).await;
    let url = "s3://bkt/direct/a b.bin";
    let act = async |action: &str, fields: serde_json::Value| {
        let mut body = fields;
        body["url"] = json!(url);
        world.post_to(&format!("/v1/uploads/{action}"), &body.to_string()).await
    };
    let created = act("create", json!({"content_type": "image/x-test"})).await.json();
    assert_eq!((&created["min_part_bytes"], &created["max_parts"]), (&json!(5 * MIB), &json!(10_000)));
    let upload_id = &created["upload_id"];
    let links = act("parts", json!({"upload_id": upload_id, "numbers": [1, 2]})).await.json();
    let (client, mut parts) = (reqwest::Client::new(), Vec::new());
    for (link, bytes) in links["parts"].as_array().unwrap().iter().zip([vec![1; 5 * MIB], vec![2; 3]]) {
        let sent = client.put(link["url"].as_str().unwrap()).body(bytes).send().await.unwrap();
        assert_eq!(sent.status(), 200);
        parts.push(json!({"number": link["number"], "etag": sent.headers()["etag"].to_str().unwrap()}));
    }
    let done = act("complete", json!({"upload_id": upload_id, "parts": parts})).await;
    assert_eq!((done.status, &done.json()["url"]), (200, &json!(url)), "{}", done.body);
    assert_eq!(got(&world, "/s3/bkt/direct/a%20b.bin").await.len(), 5 * MIB + 3);
    let second = act("create", json!({})).await.json();
    assert_eq!(act("abort", json!({"upload_id": second["upload_id"]})).await.status, 200);
}

#[tokio::test]
async fn an_action_that_makes_no_sense_is_refused_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path()).await;
    for (action, body, status) in [
        ("create", r#"{"url": "s3://bkt/x", "other": 1}"#, 400),
        ("create", r#"{"url": "s3://elsewhere/x"}"#, 403),
        ("create", r#"{"url": "s3://bkt/x", "content_type": "é"}"#, 400),
        ("parts", r#"{"url": "s3://bkt/x", "upload_id": "u", "numbers": [0]}"#, 400),
        ("parts", r#"{"url": "s3://bkt/x", "upload_id": "u", "numbers": []}"#, 400),
        ("parts", r#"{"url": "s3://bkt/x", "upload_id": "u\n", "numbers": [1]}"#, 400),
        ("parts", r#"{"url": "s3://bkt/x", "upload_id": "u", "numbers": [1], "expires_in": 0}"#, 400),
        ("complete", r#"{"url": "s3://bkt/x", "upload_id": "u", "parts": []}"#, 400),
        ("complete", r#"{"url": "s3://bkt/x", "upload_id": "u", "parts": [{"number": 2}, {"number": 1}]}"#, 400),
        ("finish", "{}", 405),
    ] {
        let answer = world.post_to(&format!("/v1/uploads/{action}"), body).await;
        assert_eq!(answer.status, status, "{action} {body}: {}", answer.body);
    }
    let text = crate::wire::request("POST", "/v1/uploads/create", &[], r#"{"url": "s3://bkt/x"}"#);
    assert_eq!(crate::wire::exchange(world.address, &text).await.unwrap().status, 401);
}
