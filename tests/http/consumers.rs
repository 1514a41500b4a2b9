//! What each part of the ClearML WebApp gets, told apart by the headers that Chromium sends for it.

use crate::world::{ALICE, Setup, World};

const IMAGE_ACCEPT: &str = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";
const PAGE_ACCEPT: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
const SAMPLE: &str = "p/run.0123456789abcdef0123456789abcdef/metrics/a/b.txt";
const ARTIFACT: &str = "p/run.0123456789abcdef0123456789abcdef/artifacts/a/b.txt";

/// The disposition that is signed into the link for a browser's request, still encoded.
async fn disposition(world: &World, key: &str, headers: &[(&str, &str)]) -> String {
    let cookie = format!("clearml_token_basic={ALICE}");
    let headers = [headers, &[("Cookie", cookie.as_str())]].concat();
    let answer = world.ask("GET", &format!("/b.txt?url=s3://b/{key}"), &headers).await;
    assert_eq!(answer.status, 302, "{}", answer.body);
    let (_, rest) = answer.location().split_once("&cd=").unwrap();
    rest.split('&').next().unwrap().to_owned()
}

const SHOWN: &str = "";
const SAVED: &str = "attachment%3B%20filename%3Db.txt";

#[tokio::test]
async fn over_https_a_browser_says_what_it_is_for() {
    let world = World::new().await;
    for (site_of_use, mode, dest, accept, of_sample, of_artifact) in [
        ("a tile's image", "no-cors", "image", IMAGE_ACCEPT, SHOWN, SHOWN),
        ("a film", "no-cors", "video", "*/*", SHOWN, SHOWN),
        ("a frame", "navigate", "iframe", PAGE_ACCEPT, SHOWN, SHOWN),
        ("a plot's image", "cors", "image", IMAGE_ACCEPT, SHOWN, SHOWN),
        ("a fetched artifact", "cors", "empty", "*/*", SAVED, SAVED),
        ("a link in a tab", "navigate", "document", PAGE_ACCEPT, SHOWN, SAVED),
        ("a link with download", "navigate", "empty", PAGE_ACCEPT, SAVED, SAVED),
    ] {
        let headers = [("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", dest), ("Accept", accept)];
        assert_eq!(disposition(&world, SAMPLE, &headers).await, of_sample, "{site_of_use}");
        assert_eq!(disposition(&world, ARTIFACT, &headers).await, of_artifact, "{site_of_use} of an artifact");
    }
}

#[tokio::test]
async fn over_plain_http_it_is_told_by_what_it_takes() {
    let world = World::new().await;
    let range = ("Range", "bytes=0-");
    for (site_of_use, headers, of_sample, of_artifact) in [
        ("a tile's image", &[("Accept", IMAGE_ACCEPT)][..], SHOWN, SHOWN),
        ("a film", &[("Accept", "*/*"), range], SHOWN, SHOWN),
        ("a frame or a link", &[("Accept", PAGE_ACCEPT)], SHOWN, SAVED),
        ("a fetched artifact", &[("Accept", "*/*")], SAVED, SAVED),
        ("a link with download", &[], SAVED, SAVED),
    ] {
        assert_eq!(disposition(&world, SAMPLE, headers).await, of_sample, "{site_of_use}");
        assert_eq!(disposition(&world, ARTIFACT, headers).await, of_artifact, "{site_of_use} of an artifact");
    }
}

#[tokio::test]
async fn a_program_gets_the_object_as_it_is() {
    let world = World::new().await;
    for headers in [&[("Accept", "*/*")][..], &[]] {
        let answer = world.alice("GET", &format!("/?url=s3://b/{ARTIFACT}"), headers).await;
        assert!(answer.location().contains("&cd=&"), "{}", answer.location());
    }
}

#[tokio::test]
async fn a_folder_makes_a_file_of_its_objects_and_no_name_does() {
    let world = World::new().await;
    let link = [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "document")];
    for (key, expected) in [("x/models/b.txt", SAVED), ("models/x/b.txt", SAVED), ("my-models/b.txt", SHOWN)] {
        assert_eq!(disposition(&world, key, &link).await, expected, "{key}");
    }
}

#[tokio::test]
async fn a_rule_that_says_how_objects_are_shown_has_the_last_word_but_for_the_callers_own() {
    let rules = "
  - {name: shown, match: {bucket: b}, backend: shelf, response: {content_disposition: inline}}
  - {name: named, match: {bucket: named}, backend: shelf, response: {content_disposition: 'attachment; filename=x'}}
  - {name: safe, match: {bucket: safe}, backend: shelf, response: {content_disposition: inline, inline_unsafe: attachment}}";
    let world = World::with(Setup { rules: rules.into(), ..Setup::default() }).await;
    let link = [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", "empty"), ("Accept", PAGE_ACCEPT)];
    let shown = "inline%3B%20filename%3Db.txt";
    assert_eq!(disposition(&world, ARTIFACT, &link).await, shown);
    assert_eq!(disposition(&world, &format!("{ARTIFACT}&download="), &link).await, SAVED);
    let cookie = format!("clearml_token_basic={ALICE}");
    let headers = [&link[..], &[("Cookie", cookie.as_str())]].concat();
    for (url, expected) in [
        ("s3://named/artifacts/b.txt", "&cd=attachment%3B%20filename%3Dx&"),
        ("s3://safe/artifacts/b.html", "&cd=attachment%3B%20filename%3Db.html&"),
    ] {
        let answer = world.ask("GET", &format!("/?url={url}"), &headers).await;
        assert!(answer.location().contains(expected), "{}", answer.location());
    }
}

#[tokio::test]
async fn a_refusal_in_a_frame_or_a_tab_is_a_page_with_the_way_to_the_login() {
    let world = World::new().await;
    for dest in ["iframe", "document"] {
        let headers = [("Sec-Fetch-Mode", "navigate"), ("Sec-Fetch-Dest", dest), ("Accept", PAGE_ACCEPT)];
        let answer = world.ask("GET", &format!("/?url=s3://b/{SAMPLE}"), &headers).await;
        assert_eq!((answer.status, answer.header("content-type")), (401, "text/html; charset=utf-8"));
        assert!(answer.body.contains("no token was sent"), "{}", answer.body);
        let login = "<a href=\"https://app.example/login?a=1&amp;b=&quot;2&quot;\" target=_blank rel=noopener>";
        assert!(answer.body.contains(login), "{}", answer.body);
        for name in ["x-frame-options", "www-authenticate"] {
            assert_eq!(answer.header(name), "", "{name}");
        }
        let policy = answer.header("content-security-policy");
        assert!(!policy.contains("frame-ancestors") && policy.contains("default-src 'none'"), "{policy}");
    }
    let image = [("Sec-Fetch-Mode", "no-cors"), ("Sec-Fetch-Dest", "image"), ("Accept", IMAGE_ACCEPT)];
    let answer = world.ask("GET", &format!("/?url=s3://b/{SAMPLE}"), &image).await;
    assert_eq!((answer.status, answer.header("content-type")), (401, "application/problem+json"));
}
