//! Objects: the bytes of exactly the file that a key names, and the headers around them.

use crate::client::{LIFE, folder, get, link, now, open, signer};
use futures::StreamExt;
use http::{Request, StatusCode};
use presign_core::{Operation, ResponseOverrides, Signer, disposition};
use proptest::prelude::*;

#[tokio::test]
async fn a_file_is_served_under_exactly_its_name() {
    let names = [
        "run%3A1 a.png",
        "日本.txt",
        "a%20b",
        "a b",
        "a+b",
        "100%",
        "%",
        "a?b#c&d=e",
        "it's \"quoted\" `x` {y} [z] ^|~",
        "back\\slash",
        "e\u{301}",
        "é",
        ".hidden",
        "a..b",
        "dir/sub dir/%2F.txt",
        "name #1 (95%)",
        "%2e%2e",
        "C:/x",
        "😀",
    ];
    let files: Vec<_> = names.iter().map(|name| (*name, name.as_bytes())).collect();
    let folder = folder(&files);
    let signer = signer(folder.path()).await;
    for name in names {
        let answer = get(&signer, name, &[]).await;
        assert_eq!((answer.status, answer.text()), (StatusCode::OK, name), "{name}");
    }
}

#[tokio::test]
async fn a_name_that_object_store_cannot_spell_is_not_found() {
    // It keeps `#` and digits at the end for its own files, and takes `a:` at the end for a drive.
    let names = ["x#1", "a:", "dir/xa|"];
    let folder = folder(&names.map(|name| (name, &b"unreachable"[..])));
    let signer = signer(folder.path()).await;
    for name in names {
        assert_eq!(get(&signer, name, &[]).await.status, StatusCode::NOT_FOUND, "{name}");
    }
}

#[tokio::test]
async fn a_key_that_the_file_system_would_take_for_another_is_not_found() {
    let folder = folder(&[("a/b", b"other"), ("a b", b"other"), ("dir/file", b"other")]);
    let signer = signer(folder.path()).await;
    let keys =
        ["a//b", "/a/b", "//a/b", "a/b/", "a%20b", "a%2Fb", "A/b", "dir", "dir/", "dir/file/", "dir/file/x", "/"];
    for key in keys {
        let answer = get(&signer, key, &[]).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{key}");
        assert_eq!(answer.text(), "there is no such object\n");
    }
    let long = "x".repeat(1000);
    assert_eq!(get(&signer, &long, &[]).await.status, StatusCode::NOT_FOUND);
}

#[cfg(unix)]
#[tokio::test]
async fn no_symbolic_link_leads_anywhere() {
    use std::os::unix::fs::symlink;

    let outside = folder(&[("secret", b"outside")]);
    let folder = folder(&[("private/file", b"inside")]);
    let at = |name: &str| folder.path().join(name);
    symlink(outside.path().join("secret"), at("file")).unwrap();
    symlink(outside.path(), at("dir")).unwrap();
    symlink("/", at("slash")).unwrap();
    symlink(at("private"), at("public")).unwrap();
    symlink("nowhere", at("dangling")).unwrap();
    symlink("loop", at("loop")).unwrap();
    let signer = signer(folder.path()).await;
    for key in ["file", "dir/secret", "slash/etc/passwd", "public/file", "dangling", "loop"] {
        assert_eq!(get(&signer, key, &[]).await.status, StatusCode::NOT_FOUND, "{key}");
    }
    assert_eq!(get(&signer, "private/file", &[]).await.text(), "inside");
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_no_regular_file_is_not_found() {
    let folder = folder(&[]);
    let socket = std::os::unix::net::UnixListener::bind(folder.path().join("socket")).unwrap();
    let signer = signer(folder.path()).await;
    assert_eq!(get(&signer, "socket", &[]).await.status, StatusCode::NOT_FOUND);
    drop(socket);
}

#[tokio::test]
async fn a_root_that_is_itself_a_link_is_followed_once_at_the_start() {
    let folder = folder(&[("real/a", b"a")]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(folder.path().join("real"), folder.path().join("link")).unwrap();
    let root = if cfg!(unix) { "link" } else { "real" };
    let signer = signer(&folder.path().join(root)).await;
    assert_eq!(get(&signer, "a", &[]).await.text(), "a");
}

#[tokio::test]
async fn an_object_comes_with_the_headers_of_an_object_store() {
    let folder = folder(&[("a.png", b"not really")]);
    let signer = signer(folder.path()).await;
    let url = link(&signer, Operation::Get, "a.png", ResponseOverrides::NONE);
    let answer = open(&signer, "GET", &url, &[], now().plus(std::time::Duration::from_secs(100))).await;
    assert_eq!(answer.status, StatusCode::OK);
    for (name, value) in [
        ("content-type", "image/png"),
        ("content-length", "10"),
        ("accept-ranges", "bytes"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("content-disposition", ""),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    assert_eq!(answer.header("cache-control"), format!("private, max-age={}", LIFE - 100));
    assert!(answer.header("content-security-policy").starts_with("sandbox; default-src 'none'"));
    assert!(answer.header("etag").starts_with('"') && answer.header("last-modified").ends_with(" GMT"));
}

#[tokio::test]
async fn head_says_what_get_would_and_sends_nothing() {
    let folder = folder(&[("a.txt", b"twelve bytes")]);
    let signer = signer(folder.path()).await;
    let url = link(&signer, Operation::Head, "a.txt", ResponseOverrides::NONE);
    let head = open(&signer, "HEAD", &url, &[("range", "bytes=0-1")], now()).await;
    let get = get(&signer, "a.txt", &[]).await;
    assert_eq!((head.status, &head.headers), (StatusCode::OK, &get.headers));
    assert!(head.body.is_empty() && get.text() == "twelve bytes");
    let url = link(&signer, Operation::Head, "absent", ResponseOverrides::NONE);
    let absent = open(&signer, "HEAD", &url, &[], now()).await;
    assert!(absent.status == StatusCode::NOT_FOUND && absent.body.is_empty());
}

#[tokio::test]
async fn a_client_that_has_the_object_gets_304_and_a_changed_object_is_sent_again() {
    let folder = folder(&[("a.txt", b"one")]);
    let signer = signer(folder.path()).await;
    let first = get(&signer, "a.txt", &[]).await;
    let (tag, modified) = (first.header("etag"), first.header("last-modified"));
    for condition in [("if-none-match", tag), ("if-modified-since", modified)] {
        let answer = get(&signer, "a.txt", &[condition]).await;
        assert_eq!((answer.status, answer.body.len()), (StatusCode::NOT_MODIFIED, 0), "{condition:?}");
        assert_eq!(answer.header("etag"), tag);
        assert_eq!(answer.header("cache-control"), first.header("cache-control"));
    }
    assert_eq!(get(&signer, "a.txt", &[("if-match", "\"x\"")]).await.status, StatusCode::PRECONDITION_FAILED);
    std::fs::write(folder.path().join("a.txt"), b"two more").unwrap();
    assert_eq!(get(&signer, "a.txt", &[("if-none-match", tag)]).await.text(), "two more");
    assert_eq!(get(&signer, "a.txt", &[("if-range", tag), ("range", "bytes=0-0")]).await.text(), "two more");
}

#[tokio::test]
async fn a_file_from_before_1970_or_from_the_far_future_is_served() {
    let folder = folder(&[("old", b"old"), ("new", b"new")]);
    let signer = signer(folder.path()).await;
    let epoch = std::time::SystemTime::UNIX_EPOCH;
    let day = std::time::Duration::from_hours(24);
    for (name, time) in [("old", epoch - 365 * day), ("new", epoch + 365 * 300 * day)] {
        std::fs::File::options().write(true).open(folder.path().join(name)).unwrap().set_modified(time).unwrap();
        let answer = get(&signer, name, &[]).await;
        assert_eq!(answer.text(), name);
        assert!(answer.header("last-modified").ends_with(" GMT"));
    }
}

#[tokio::test]
async fn ranges_are_answered_as_an_object_store_does() {
    let folder = folder(&[("a", b"0123456789"), ("empty", b"")]);
    let signer = signer(folder.path()).await;
    for (key, range, status, body, content_range) in [
        ("a", "bytes=2-4", 206, "234", "bytes 2-4/10"),
        ("a", "bytes=7-", 206, "789", "bytes 7-9/10"),
        ("a", "bytes=-2", 206, "89", "bytes 8-9/10"),
        ("a", "bytes=0-99", 206, "0123456789", "bytes 0-9/10"),
        ("a", "bytes=0-0,2-2", 200, "0123456789", ""),
        ("a", "lines=1-2", 200, "0123456789", ""),
        ("a", "bytes=10-", 416, "the object has 10 bytes, and none in that range\n", "bytes */10"),
        ("empty", "bytes=0-", 416, "the object has 0 bytes, and none in that range\n", "bytes */0"),
        ("empty", "bytes=9-1", 200, "", ""),
    ] {
        let answer = get(&signer, key, &[("range", range)]).await;
        assert_eq!((answer.status.as_u16(), answer.text()), (status, body), "{range}");
        assert_eq!(answer.header("content-range"), content_range, "{range}");
        if status < 400 {
            assert_eq!(answer.header("content-length"), body.len().to_string(), "{range}");
        }
    }
}

#[tokio::test]
async fn signed_overrides_are_sent() {
    let folder = folder(&[("a.bin", b"x")]);
    let signer = signer(folder.path()).await;
    let overrides = ResponseOverrides {
        content_disposition: Some(disposition::attachment("été 1+1.txt")),
        content_type: Some("text/plain; charset=utf-8".into()),
        cache_control: Some("no-store".into()),
    };
    let answer = open(&signer, "GET", &link(&signer, Operation::Get, "a.bin", &overrides), &[], now()).await;
    assert_eq!(answer.header("content-disposition"), disposition::attachment("été 1+1.txt"));
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_page_is_never_shown_on_the_gateways_origin() {
    let folder = folder(&[("a.html", b"<script>"), ("a.svg", b"<svg>"), ("a.png", b"<script>")]);
    let signer = signer(folder.path()).await;
    let inline = |content_type: Option<&str>| ResponseOverrides {
        content_disposition: Some("inline".into()),
        content_type: content_type.map(Into::into),
        cache_control: None,
    };
    for (key, content_type) in [("a.html", None), ("a.svg", None), ("a.png", Some("text/html")), ("a.png", Some(""))] {
        let url = link(&signer, Operation::Get, key, &inline(content_type));
        let answer = open(&signer, "GET", &url, &[], now()).await;
        assert_eq!(answer.header("content-disposition"), format!("attachment; filename={key}"), "{content_type:?}");
    }
}

#[tokio::test]
async fn refusals_are_small_plain_texts_that_nobody_stores() {
    let folder = folder(&[]);
    let signer = signer(folder.path()).await;
    let answer = get(&signer, "absent.html", &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    assert_eq!(answer.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert!(!answer.text().contains("absent"));
}

#[tokio::test]
async fn a_large_object_comes_in_small_pieces_and_a_cut_one_breaks_off() {
    let bytes: Vec<u8> = (0..1_000_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    let folder = folder(&[("large", &bytes)]);
    let signer = signer(folder.path()).await;
    assert_eq!(get(&signer, "large", &[]).await.body, bytes);

    let url = link(&signer, Operation::Get, "large", ResponseOverrides::NONE);
    let (parts, ()) = Request::get(&url).body(()).unwrap().into_parts();
    let answer = signer.content().unwrap().serve("/large", &parts, now()).await;
    let mut stream = answer.into_body();
    let piece = stream.next().await.unwrap().unwrap();
    assert!(piece.len() <= 128 * 1024);
    std::fs::write(folder.path().join("large"), &bytes[..10]).unwrap();
    let error = stream.next().await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "the file became shorter while it was sent");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn any_range_is_the_slice_that_it_names(
        bytes in prop::collection::vec(any::<u8>(), 1..400_000),
        ends in any::<(prop::sample::Index, prop::sample::Index)>(),
    ) {
        let (one, two) = (ends.0.index(bytes.len()), ends.1.index(bytes.len()));
        let (first, last) = (one.min(two), one.max(two));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let folder = folder(&[("a", &bytes)]);
            let signer = signer(folder.path()).await;
            let answer = get(&signer, "a", &[("range", &format!("bytes={first}-{last}"))]).await;
            prop_assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT);
            prop_assert_eq!(&answer.body[..], &bytes[first..=last]);
            Ok(())
        })?;
    }
}
