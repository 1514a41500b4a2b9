//! A folder with objects, a signer for it, and a client.

use std::{path::Path, sync::Arc};

use futures::TryStreamExt;
use http::{HeaderMap, Request, StatusCode};
use presign_core::{
    Backend, BuildContext, BuildError, ExpiresIn, FixedClock, FixedEnvironment, ObjectKey, ObjectLocation, Operation,
    ResponseOverrides, Scheme, SignRequest, Signer, Timestamp,
};
use presign_local::{Local, LocalConfig, LocalSigner};
use tempfile::TempDir;

pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef";
pub(crate) const CONTENT_URL: &str = "https://gateway.example/presign/content/demo";
pub(crate) const NOW: i64 = 1_369_353_600;
pub(crate) const LIFE: u64 = 900;

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }
}

pub(crate) fn now() -> Timestamp {
    Timestamp::from_unix(NOW)
}

pub(crate) fn location(key: ObjectKey) -> ObjectLocation {
    ObjectLocation::new(Scheme::Local, None, "demo", key).unwrap()
}

pub(crate) fn context(name: &str, content_url: Option<&str>) -> BuildContext {
    let environment = Arc::new(FixedEnvironment::new([("SECRET", SECRET), ("SHORT", "tooshort")]));
    let context = BuildContext::new(name, environment, Arc::new(FixedClock(now())));
    BuildContext { content_url: content_url.map(Into::into), ..context }
}

pub(crate) async fn build(json: serde_json::Value, context: BuildContext) -> Result<LocalSigner, BuildError> {
    let config: LocalConfig = serde_json::from_value(json).unwrap();
    Local::build(config, context).await
}

pub(crate) async fn signer(root: &Path) -> LocalSigner {
    let json = serde_json::json!({"root": root, "bucket": "demo", "link_secret": {"env": "SECRET"}});
    build(json, context("demo", Some(CONTENT_URL))).await.unwrap()
}

/// A folder with these files.
pub(crate) fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    folder
}

pub(crate) fn link(signer: &LocalSigner, operation: Operation, key: &str, overrides: &ResponseOverrides) -> String {
    let location = location(ObjectKey::parse(key).unwrap());
    let life = ExpiresIn::from_seconds(LIFE).unwrap();
    let request = SignRequest::new(operation, &location, now(), life).with_overrides(overrides);
    signer.sign_now(&request).unwrap().unwrap().into_exposed()
}

/// Opens a link as the gateway would pass it on.
pub(crate) async fn open(
    signer: &LocalSigner,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    time: Timestamp,
) -> Answer {
    let (parts, ()) = headers
        .iter()
        .fold(Request::builder().method(method).uri(url), |builder, (name, value)| builder.header(*name, *value))
        .body(())
        .unwrap()
        .into_parts();
    let path = url.strip_prefix(CONTENT_URL).unwrap().split('?').next().unwrap();
    let (parts, stream) = signer.content().unwrap().serve(path, &parts, time).await.into_parts();
    let body = stream.map_ok(|piece| piece.to_vec()).try_concat().await.unwrap();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// Signs and opens.
pub(crate) async fn get(signer: &LocalSigner, key: &str, headers: &[(&str, &str)]) -> Answer {
    let url = link(signer, Operation::Get, key, ResponseOverrides::NONE);
    open(signer, "GET", &url, headers, now()).await
}
