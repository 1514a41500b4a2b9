//! An S3 server in this process checks our links: s3s verifies the signatures, s3s-fs holds the objects.

use std::{fs, time::SystemTime};

use http::StatusCode;
use http_body_util::BodyExt;
use presign_core::{ObjectKey, Operation, ResponseOverrides, SignRequest, Signer, Timestamp};
use presign_s3::S3Signer;
use s3s::{
    Body,
    auth::SimpleAuth,
    service::{S3Service, S3ServiceBuilder},
};
use s3s_fs::FileSystem;
use serde_json::json;

use crate::common::{ACCESS_KEY, SECRET_KEY, at, build, overrides, seconds};

pub(crate) struct Store {
    service: S3Service,
    pub(crate) signer: S3Signer,
    folder: tempfile::TempDir,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: http::HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Store {
    pub(crate) async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut builder = S3ServiceBuilder::new(FileSystem::new(folder.path()).unwrap());
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let signer = build(json!({"region": "us-east-1", "endpoint": "http://store:9000"})).await.unwrap();
        Self { service: builder.build(), signer, folder }
    }

    fn sign(&self, operation: Operation, bucket: &str, key: &str, overrides: &ResponseOverrides) -> String {
        let location = at(None, bucket, key);
        let request = SignRequest::new(operation, &location, now(), seconds(300)).with_overrides(overrides);
        self.signer.sign_now(&request).unwrap().unwrap().into_exposed()
    }

    /// Sends a link as a client would: its path and query byte for byte.
    async fn send(&self, operation: Operation, url: &str, body: &[u8]) -> Answer {
        self.send_with(operation.method(), url, &[], body).await
    }

    /// With more headers.
    pub(crate) async fn send_with(
        &self,
        method: &str,
        url: &str,
        headers: &[(&'static str, String)],
        body: &[u8],
    ) -> Answer {
        let target = url.strip_prefix("http://store:9000").unwrap();
        let mut request = http::Request::builder()
            .method(method)
            .uri(target)
            .header("host", "store:9000")
            .header("content-length", body.len())
            .body(Body::from(body.to_vec()))
            .unwrap();
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse().unwrap());
        }
        assert_eq!(request.uri().path_and_query().unwrap().as_str(), target);
        let (parts, body) = self.service.call(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub(crate) fn add_bucket(&self, name: &str) {
        fs::create_dir(self.folder.path().join(name)).unwrap();
    }
}

#[expect(clippy::disallowed_methods, reason = "the server holds links against the real time")]
pub(crate) fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
    Timestamp::from_unix(since.as_secs().try_into().unwrap())
}

/// Keys that a folder of files cannot hold.
fn fits_a_file_system(key: &ObjectKey) -> bool {
    let text = key.as_str();
    !text.starts_with('/')
        && !text.ends_with('/')
        && !text.contains("//")
        && text.split('/').all(|part| part.len() <= 255)
}

fn keys() -> Vec<ObjectKey> {
    presign_testkit::awkward_keys().into_iter().filter(fits_a_file_system).collect()
}

#[tokio::test]
async fn what_our_links_put_is_what_our_links_get_for_awkward_keys() {
    let store = Store::start().await;
    assert!(keys().len() >= 60);
    for (index, key) in keys().iter().enumerate() {
        let bucket = format!("bucket-{index}");
        store.add_bucket(&bucket);
        let bytes = format!("the bytes of {key}").into_bytes();
        let sign = |operation| store.sign(operation, &bucket, key.as_str(), ResponseOverrides::NONE);
        let put = store.send(Operation::Put, &sign(Operation::Put), &bytes).await;
        assert_eq!(put.status, StatusCode::OK, "{key:?}: {}", String::from_utf8_lossy(&put.body));
        let got = store.send(Operation::Get, &sign(Operation::Get), b"").await;
        assert_eq!((got.status, got.body), (StatusCode::OK, bytes.clone()), "{key:?}");
        let head = store.send(Operation::Head, &sign(Operation::Head), b"").await;
        assert_eq!(head.status, StatusCode::OK, "{key:?}");
        assert_eq!(head.headers.get("content-length").unwrap().to_str().unwrap(), bytes.len().to_string(), "{key:?}");
        let deleted = store.send(Operation::Delete, &sign(Operation::Delete), b"").await;
        assert_eq!(deleted.status, StatusCode::NO_CONTENT, "{key:?}");
    }
}

#[tokio::test]
async fn overrides_come_back_as_headers() {
    let store = Store::start().await;
    store.add_bucket("bucket");
    let put = store.sign(Operation::Put, "bucket", "a b.txt", ResponseOverrides::NONE);
    assert_eq!(store.send(Operation::Put, &put, b"x").await.status, StatusCode::OK);
    let wanted = overrides();
    let got = store.send(Operation::Get, &store.sign(Operation::Get, "bucket", "a b.txt", &wanted), b"").await;
    assert_eq!(got.status, StatusCode::OK);
    for (name, value) in [
        ("content-disposition", &wanted.content_disposition),
        ("content-type", &wanted.content_type),
        ("cache-control", &wanted.cache_control),
    ] {
        assert_eq!(got.headers.get(name).unwrap().to_str().ok(), value.as_deref(), "{name}");
    }
}

#[tokio::test]
async fn a_link_that_was_tampered_with_is_refused() {
    let store = Store::start().await;
    store.add_bucket("bucket");
    for key in ["a b.txt", "other"] {
        let put = store.sign(Operation::Put, "bucket", key, ResponseOverrides::NONE);
        assert_eq!(store.send(Operation::Put, &put, b"x").await.status, StatusCode::OK);
    }
    let link = store.sign(Operation::Get, "bucket", "a b.txt", &overrides());
    assert_eq!(store.send(Operation::Get, &link, b"").await.status, StatusCode::OK);

    let (rest, signature) = link.rsplit_once('=').unwrap();
    let flipped = if signature.starts_with('0') { "1" } else { "0" };
    for (what, tampered) in [
        ("path", link.replace("/a%20b.txt?", "/other?")),
        ("override", link.replace("text%2Fplain", "text%2Fhtml")),
        ("life", link.replace("X-Amz-Expires=300", "X-Amz-Expires=301")),
        ("parameter", link.replace("&X-Amz-Signature=", "&versionId=1&X-Amz-Signature=")),
        ("signature", format!("{rest}={flipped}{}", &signature[1..])),
        ("region", link.replace("%2Fus-east-1%2F", "%2Feu-west-1%2F")),
    ] {
        assert_ne!(tampered, link, "{what}");
        assert_eq!(store.send(Operation::Get, &tampered, b"").await.status, StatusCode::FORBIDDEN, "{what}");
    }
}

#[tokio::test]
async fn a_link_is_good_for_its_own_method_only() {
    let store = Store::start().await;
    store.add_bucket("bucket");
    let sign = |operation| store.sign(operation, "bucket", "k", ResponseOverrides::NONE);
    assert_eq!(store.send(Operation::Put, &sign(Operation::Put), b"x").await.status, StatusCode::OK);
    for signed in Operation::ALL {
        for sent in Operation::ALL.into_iter().filter(|sent| *sent != signed) {
            let status = store.send(sent, &sign(signed), b"").await.status;
            assert_eq!(status, StatusCode::FORBIDDEN, "{signed} sent as {sent}");
        }
    }
}
