//! The number of series is a function of the configuration: no request adds one.

use std::collections::BTreeSet;

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use presign_gateway::web::{self, Web};
use tower_service::Service;

use crate::world::{ALICE, BOB, Setup, build};

const METHODS: [&str; 6] = ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"];
const URLS: [&str; 13] = [
    "gs://ml/",
    "gs://writable/",
    "gs://denied/",
    "gs://bobs/",
    "gs://refusing/",
    "gs://nobodys/",
    "s3://aws-ml/",
    "s3://b/",
    "s3://credentials/",
    "s3://outage/",
    "s3://internal/",
    "azure://mlstore/c/",
    "ftp://b/",
];
const TOKENS: [&str; 4] = [ALICE, BOB, "unknown", ""];

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn one_of<'a>(&mut self, list: &[&'a str]) -> &'a str {
        list[usize::try_from(self.next()).unwrap() % list.len()]
    }
}

fn request(method: &str, url: &str, key: &str, token: &str, user: &str) -> Request<Full<Bytes>> {
    Request::builder()
        .method(method)
        .uri(format!("/{user}.png?url={url}{key}&rule={user}&backend={user}&expires_in=60"))
        .header("host", format!("{user}.example"))
        .header("user-agent", user)
        .header("x-forwarded-for", user)
        .header("authorization", format!("Bearer {token}"))
        .body(Full::default())
        .unwrap()
}

fn series(text: &[u8]) -> BTreeSet<String> {
    let text = std::str::from_utf8(text).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.rsplit_once(' ').unwrap().0.to_owned()).collect()
}

#[tokio::test]
async fn a_hundred_thousand_requests_add_no_series() {
    let gateway = build(Setup::default()).await;
    let mut service = warp::service(web::routes(std::sync::Arc::new(Web::new(std::sync::Arc::clone(&gateway), None))));
    for method in METHODS {
        for (url, token) in URLS.iter().flat_map(|url| TOKENS.map(|token| (url, token))) {
            service.call(request(method, url, "k", token, "u")).await.unwrap();
        }
    }
    let known = series(&gateway.metrics().encode().unwrap());
    let mut numbers = Numbers(1);
    for _ in 0..100_000 {
        let (method, url, token) = (numbers.one_of(&METHODS), numbers.one_of(&URLS), numbers.one_of(&TOKENS));
        let (key, user) = (format!("{:x}/{:x}", numbers.next(), numbers.next()), format!("u{:x}", numbers.next()));
        service.call(request(method, url, &key, token, &user)).await.unwrap();
    }
    assert_eq!(series(&gateway.metrics().encode().unwrap()), known);
}

#[tokio::test]
async fn labels_hold_names_of_the_configuration_and_words_of_closed_lists() {
    let gateway = build(Setup::default()).await;
    let mut service = warp::service(web::routes(std::sync::Arc::new(Web::new(std::sync::Arc::clone(&gateway), None))));
    for method in METHODS {
        for (url, token) in URLS.iter().flat_map(|url| TOKENS.map(|token| (url, token))) {
            service.call(request(method, url, "marked-key", token, "marked-user")).await.unwrap();
        }
    }
    let text = String::from_utf8(gateway.metrics().encode().unwrap()).unwrap();
    for word in ["marked", "alice", "nobodys", "mlstore", "unknown", "example", "c1", "guest"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}
