//! Writing and deleting through links.

use bytes::Bytes;
use futures::{StreamExt, stream};
use http::{Request, StatusCode};
use presign_core::{ContentError, Operation, ResponseOverrides, Signer};
use presign_local::LocalSigner;

use crate::client::{CONTENT_URL, folder, get, link, now, signer};

type Pieces = Vec<Result<&'static [u8], &'static str>>;

async fn send(signer: &LocalSigner, method: &str, url: &str, length: Option<usize>, pieces: Pieces) -> StatusCode {
    let mut request = Request::builder().method(method).uri(url);
    if let Some(length) = length {
        request = request.header("content-length", length);
    }
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let content = signer.content().unwrap();
    let target = content.path_of(url).unwrap();
    assert_eq!(target, url.strip_prefix(CONTENT_URL).unwrap());
    let body = stream::iter(pieces).map(|piece| piece.map(Bytes::from_static).map_err(ContentError::from));
    let path = target.split('?').next().unwrap();
    content.receive(path, &parts, Box::pin(body), now()).await.status()
}

async fn put(signer: &LocalSigner, key: &str, length: Option<usize>, pieces: Pieces) -> StatusCode {
    let url = link(signer, Operation::Put, key, ResponseOverrides::NONE);
    send(signer, "PUT", &url, length, pieces).await
}

/// All files below a folder.
fn files(root: &std::path::Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            found.extend(files(&path));
        } else {
            found.push(path.file_name().unwrap().to_str().unwrap().to_owned());
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn what_is_put_is_what_is_got_and_what_is_deleted_is_gone() {
    let folder = folder(&[]);
    let signer = signer(folder.path()).await;
    for key in ["a.txt", "new folder/b c+d%20é.bin", "empty"] {
        let pieces: Pieces = if key == "empty" { vec![] } else { vec![Ok(b"one "), Ok(b""), Ok(b"two")] };
        let length = pieces.iter().flatten().map(|piece| piece.len()).sum();
        assert_eq!(put(&signer, key, Some(length), pieces.clone()).await, StatusCode::OK, "{key}");
        assert_eq!(get(&signer, key, &[]).await.body, pieces.into_iter().flatten().collect::<Vec<_>>().concat());
        let delete = link(&signer, Operation::Delete, key, ResponseOverrides::NONE);
        assert_eq!(send(&signer, "DELETE", &delete, None, vec![]).await, StatusCode::NO_CONTENT);
        assert_eq!(get(&signer, key, &[]).await.status, StatusCode::NOT_FOUND);
        assert_eq!(send(&signer, "DELETE", &delete, None, vec![]).await, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_body_that_is_not_whole_touches_nothing() {
    let folder = folder(&[("a.txt", b"before")]);
    let signer = signer(folder.path()).await;
    for (length, pieces) in [
        (Some(10), vec![Ok(&b"short"[..])]),
        (Some(3), vec![Ok(&b"too long"[..])]),
        (Some(10), vec![Ok(&b"five5"[..]), Err("cut")]),
        (None, vec![Ok(&b"five5"[..]), Err("cut")]),
    ] {
        assert_eq!(put(&signer, "a.txt", length, pieces).await, StatusCode::BAD_REQUEST);
    }
    assert_eq!(get(&signer, "a.txt", &[]).await.text(), "before");
    assert_eq!(files(folder.path()), ["a.txt"], "something was left behind");
}

#[tokio::test]
async fn a_large_object_goes_through() {
    static PIECE: [u8; 100_000] = [7; 100_000];
    let folder = folder(&[]);
    let signer = signer(folder.path()).await;
    assert_eq!(put(&signer, "large", None, vec![Ok(&PIECE[..]); 33]).await, StatusCode::OK);
    assert_eq!(get(&signer, "large", &[]).await.body.len(), 3_300_000);
}

#[tokio::test]
async fn a_key_that_is_no_file_name_of_its_own_is_refused() {
    let folder = folder(&[("folder/a.txt", b"x")]);
    let outside = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(outside.path(), folder.path().join("way-out")).unwrap();
    std::os::unix::fs::symlink(folder.path().join("folder/a.txt"), folder.path().join("alias")).unwrap();
    let signer = signer(folder.path()).await;
    for key in ["folder", "folder/a.txt/b", "way-out/x", "way-out", "alias", "a//b", "/a", "a/"] {
        assert_eq!(put(&signer, key, Some(1), vec![Ok(b"y")]).await, StatusCode::BAD_REQUEST, "{key}");
    }
    assert_eq!(files(folder.path()), ["a.txt", "alias", "way-out"]);
    assert_eq!(files(outside.path()), Vec::<String>::new());
    assert_eq!(get(&signer, "folder/a.txt", &[]).await.text(), "x");
}

#[tokio::test]
async fn a_link_writes_only_what_it_was_made_for() {
    let folder = folder(&[("a.txt", b"x")]);
    let signer = signer(folder.path()).await;
    let put = link(&signer, Operation::Put, "a.txt", ResponseOverrides::NONE);
    for (operation, method, status) in [
        (Operation::Get, "PUT", StatusCode::FORBIDDEN),
        (Operation::Delete, "PUT", StatusCode::FORBIDDEN),
        (Operation::Put, "DELETE", StatusCode::FORBIDDEN),
        (Operation::Put, "GET", StatusCode::METHOD_NOT_ALLOWED),
    ] {
        let url = link(&signer, operation, "a.txt", ResponseOverrides::NONE);
        assert_eq!(send(&signer, method, &url, None, vec![]).await, status, "{operation} sent as {method}");
    }
    let tampered = put.replace("/a.txt?", "/b.txt?");
    assert_eq!(send(&signer, "PUT", &tampered, None, vec![]).await, StatusCode::FORBIDDEN);
    assert_eq!(signer.content().unwrap().path_of("https://elsewhere.example/a.txt"), None);
    assert_eq!(get(&signer, "a.txt", &[]).await.text(), "x");
}
