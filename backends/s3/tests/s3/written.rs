//! Links for writing against the S3 server in this process: type and length bound, and uploads in parts.

use http::StatusCode;
use presign_core::{FinishedPart, Multipart, ObjectLocation, Operation, SignRequest, Signer, Step};

use crate::{
    common::{at, seconds},
    verified::{Answer, Store, now},
};

const KEY: &str = "run.1/a b+c%2Fd é.bin";

fn put(location: &ObjectLocation) -> SignRequest<'_> {
    SignRequest::new(Operation::Put, location, now(), seconds(300))
}

async fn step(store: &Store, request: &SignRequest<'_>, step: Step<'_>, bytes: &[u8]) -> Answer {
    let signed = store.signer.sign_step(request, step).await.unwrap().unwrap();
    let body = if signed.body.is_empty() { bytes } else { signed.body.as_bytes() };
    store.send_with(signed.method, signed.url.expose(), signed.url.headers(), body).await
}

#[tokio::test]
async fn an_upload_in_parts_makes_the_object_with_its_type() {
    let store = Store::start().await;
    store.add_bucket("bucket");
    let location = at(None, "bucket", KEY);
    let request = put(&location).with_content(Some("text/x-test"), None);
    let created = step(&store, &request, Step::Create, b"").await;
    let answer = String::from_utf8(created.body).unwrap();
    assert_eq!(created.status, StatusCode::OK, "{answer}");
    let id = store.signer.upload_id(&answer).unwrap();
    let mut parts = Vec::new();
    let first = b"first, ".repeat(1 + 5 * 1024 * 1024 / 7);
    for (number, bytes) in [(1, first.as_slice()), (2, b"second.")] {
        let sent = step(&store, &request, Step::Part { upload_id: &id, number }, bytes).await;
        assert_eq!(sent.status, StatusCode::OK, "{}", String::from_utf8_lossy(&sent.body));
        parts.push(FinishedPart { number, etag: sent.headers["etag"].to_str().unwrap().to_owned() });
    }
    let done = step(&store, &request, Step::Complete { upload_id: &id, parts: &parts }, b"").await;
    let answer = String::from_utf8(done.body).unwrap();
    assert!(done.status == StatusCode::OK && store.signer.is_completed(&answer), "{} {answer}", done.status);
    let get = SignRequest::new(Operation::Get, &location, now(), seconds(300));
    let got = store.send_with("GET", store.signer.sign(&get).await.unwrap().expose(), &[], b"").await;
    assert!(got.body == [&first[..], b"second."].concat());
    assert_eq!(got.headers["content-type"], "text/x-test");
}

#[tokio::test]
async fn an_upload_that_was_aborted_takes_no_part_more() {
    let store = Store::start().await;
    store.add_bucket("bucket");
    let location = at(None, "bucket", KEY);
    let request = put(&location);
    let created = step(&store, &request, Step::Create, b"").await;
    let id = store.signer.upload_id(&String::from_utf8(created.body).unwrap()).unwrap();
    let part = Step::Part { upload_id: &id, number: 1 };
    assert_eq!(step(&store, &request, part, b"x").await.status, StatusCode::OK);
    assert_eq!(step(&store, &request, Step::Abort { upload_id: &id }, b"").await.status, StatusCode::NO_CONTENT);
    assert!(!step(&store, &request, part, b"x").await.status.is_success());
}

#[tokio::test]
async fn a_link_is_good_for_its_type_and_its_length_only() {
    let store = Store::start().await;
    store.add_bucket("bucket");
    let location = at(None, "bucket", KEY);
    let link = store.signer.sign(&put(&location).with_content(Some("image/png"), Some(4))).await.unwrap();
    let headers = [("content-type", "image/png".to_owned()), ("content-length", "4".to_owned())];
    assert_eq!(link.headers(), headers);
    let other_type = [("content-type", "text/html".to_owned())];
    for (what, headers, bytes, expected) in [
        ("another type", &other_type[..], b"four".as_slice(), StatusCode::FORBIDDEN),
        ("no type", &[], b"four", StatusCode::FORBIDDEN),
        ("another length", &headers[..1], b"fives", StatusCode::FORBIDDEN),
        ("what was signed", &headers, b"four", StatusCode::OK),
    ] {
        let answer = store.send_with("PUT", link.expose(), headers, bytes).await;
        assert_eq!(answer.status, expected, "{what}: {}", String::from_utf8_lossy(&answer.body));
    }
}

#[tokio::test]
async fn a_link_for_reading_insists_on_nothing() {
    let store = Store::start().await;
    let location = at(None, "bucket", KEY);
    let get = SignRequest::new(Operation::Get, &location, now(), seconds(300));
    let plain = store.signer.sign(&get).await.unwrap();
    assert_eq!(store.signer.sign(&get.with_content(Some("image/png"), Some(4))).await.unwrap(), plain);
}
