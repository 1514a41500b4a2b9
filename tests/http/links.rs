//! What who may have a link gets.

use presign_core::Timestamp;

use crate::world::{ALICE, START, World};

#[tokio::test]
async fn a_get_is_answered_with_a_redirect_and_all_its_headers() {
    let world = World::new().await;
    let answer = world.get("/?url=gs%3A%2F%2Fml%2Fa%20b.png").await;
    assert_eq!(answer.status, 302);
    assert!(answer.location().starts_with("https://storage.googleapis.com/ml/a%20b.png?"), "{}", answer.location());
    for (name, value) in [
        ("cache-control", "private, max-age=540"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-presign-backend", "google"),
        ("x-presign-rule", "google"),
        ("x-presign-expires", "2027-01-15T08:10:00Z"),
        ("access-control-allow-origin", ""),
    ] {
        assert_eq!(answer.header(name), value, "{name}");
    }
    for name in ["Accept", "Authorization", "Cookie", "Origin"] {
        assert!(answer.header("vary").split(", ").any(|varying| varying == name), "Vary lacks {name}");
    }
    assert!(!answer.header("x-request-id").is_empty());
    assert_eq!(answer.body, "");
}

#[tokio::test]
async fn a_link_that_ends_within_the_margin_is_not_cached() {
    let answer = World::new().await.get("/?url=gs://brief/k").await;
    assert_eq!((answer.status, answer.header("cache-control")), (302, "private, no-store"));
    assert!(answer.location().contains("X-Goog-Expires=45&"), "{}", answer.location());
}

#[tokio::test]
async fn every_method_is_signed_as_itself() {
    let world = World::new().await;
    let mut signatures = std::collections::BTreeSet::new();
    for (method, status) in [("GET", 302), ("HEAD", 302), ("PUT", 307), ("DELETE", 307)] {
        let answer = world.alice(method, "/?url=gs://writable/k", &[]).await;
        assert_eq!(answer.status, status, "{method}");
        signatures.insert(answer.location().to_owned());
    }
    assert_eq!(signatures.len(), 4, "two methods share a signature");
    let head = world.alice("HEAD", "/?url=s3://b/k", &[]).await;
    assert!(head.location().contains("?m=HEAD&"), "{}", head.location());
}

#[tokio::test]
async fn a_method_that_the_rule_does_not_allow_is_refused_and_told_which_are() {
    let world = World::new().await;
    for method in ["PUT", "DELETE"] {
        let answer = world.alice(method, "/?url=gs://ml/k", &[]).await;
        assert_eq!((answer.status, answer.header("allow"), answer.location()), (405, "GET, HEAD", ""));
    }
}

#[tokio::test]
async fn an_unknown_method_is_never_signed() {
    let world = World::new().await;
    for method in ["PATCH", "POST", "TRACE", "PROPFIND", "get", "Get", "GETS"] {
        let answer = world.alice(method, "/?url=gs://writable/k", &[]).await;
        assert_eq!((answer.status, answer.location()), (405, ""), "{method}");
        assert_eq!(answer.header("allow"), "GET, HEAD, PUT, DELETE", "{method}");
    }
    let answer = world.alice("GET", "/v1/presign", &[]).await;
    assert_eq!((answer.status, answer.header("allow")), (405, "POST"));
}

#[tokio::test]
async fn a_program_that_asks_for_json_gets_the_link_in_it() {
    let world = World::new().await;
    let by_header = world.alice("GET", "/?url=gs://ml/k", &[("Accept", "application/json")]).await;
    let by_query = world.get("/?url=gs://ml/k&format=json").await;
    assert_eq!(by_header.body, by_query.body);
    assert_eq!((by_header.status, by_header.header("content-type")), (200, "application/json"));
    assert_eq!(by_header.header("cache-control"), "private, no-store");
    let link = by_header.json();
    assert_eq!(link["url"], world.get("/?url=gs://ml/k").await.location());
    assert_eq!((&link["method"], &link["backend"], &link["rule"]), (&"GET".into(), &"google".into(), &"google".into()));
    assert_eq!(link["expires_at"], "2027-01-15T08:10:00Z");
    assert!(link["headers"].as_object().unwrap().is_empty());
}

#[tokio::test]
async fn a_page_script_that_takes_anything_is_redirected() {
    // What Angular and axios send unless they are told otherwise: they want the object.
    let accept = [("Accept", "application/json, text/plain, */*")];
    assert_eq!(World::new().await.alice("GET", "/?url=gs://ml/k", &accept).await.status, 302);
}

#[tokio::test]
async fn a_link_lives_as_long_as_asked_for_and_never_longer_than_the_rule() {
    let world = World::new().await;
    for (asked, lives) in [("60", 60), ("600", 600), ("604800", 600)] {
        let answer = world.get(&format!("/?url=gs://ml/k&expires_in={asked}")).await;
        assert!(answer.location().contains(&format!("X-Goog-Expires={lives}&")), "{}", answer.location());
        assert_eq!(answer.header("x-presign-expires"), Timestamp::from_unix(START + lives).to_string());
    }
}

#[tokio::test]
async fn what_the_ui_appends_never_reaches_the_signature() {
    let world = World::new().await;
    for store in ["s3://aws-ml/k", "gs://ml/k", "azure://mlstore.blob.core.windows.net/c/k"] {
        let plain = world.get(&format!("/?url={store}")).await;
        let decorated = world.get(&format!("/x.png?X-Amz-Date=1700000000000&url={store}&tenant=t&proxy=0&_=2")).await;
        assert_eq!((decorated.status, decorated.location()), (302, plain.location()));
    }
}

#[tokio::test]
async fn a_head_at_s3_has_a_signature_of_its_own() {
    let world = World::new().await;
    let get = world.get("/?url=s3://aws-ml/a%20b.png").await;
    let head = world.alice("HEAD", "/?url=s3://aws-ml/a%20b.png", &[]).await;
    let start = "https://aws-ml.s3.eu-west-1.amazonaws.com/a%20b.png?";
    assert!(get.location().starts_with(start) && head.location().starts_with(start), "{}", get.location());
    assert_ne!(get.location(), head.location());
    assert!(get.location().contains("X-Amz-Expires=600&"), "{}", get.location());
}

#[tokio::test]
async fn a_download_is_a_signed_content_disposition() {
    let world = World::new().await;
    for (query, disposition) in [
        ("download", "attachment%3B%20filename%3Dk.pkl"),
        ("download=", "attachment%3B%20filename%3Dk.pkl"),
        ("download=a+b", "attachment%3B%20filename%3D%22a%20b%22"),
    ] {
        let answer = world.get(&format!("/?url=s3://b/x/k.pkl&{query}")).await;
        assert!(answer.location().contains(&format!("&cd={disposition}&")), "{query}: {}", answer.location());
    }
    let answer = world.get("/?url=s3://b/k&download=a%0D%0Ab%22").await;
    assert_eq!(answer.status, 302);
    assert!(!answer.location().contains("%0D%0Ab%22&"), "{}", answer.location());
}

#[tokio::test]
async fn all_spellings_of_a_request_lead_to_the_same_redirect() {
    let world = World::serving("base_path: /presign").await;
    let first = world.get("/presign/?url=s3%3A%2F%2Fminio%3A9000%2Fb%2Fa%20b%2Fc.png").await;
    assert!(first.location().starts_with("https://shelf.example/minio:9000/b/a%20b/c.png?"), "{}", first.location());
    for target in [
        "/presign?url=s3://minio:9000/b/a%20b/c.png",
        "/presign/?uri=s3://minio:9000/b/a+b/c.png",
        "/presign/c.png?url=s3://minio:9000/b/a%20b/c.png&proxy=0",
        "/presign/s3://minio:9000/b/a%20b/c.png",
        "/presign/s3:/minio:9000/b/a%20b/c.png",
        "/presign/s3/minio:9000/b/a%20b/c.png",
        "/presign/s3%3A%2F%2Fminio%3A9000%2Fb%2Fa%20b%2Fc.png",
        "/presign/s3%253A%252F%252Fminio%253A9000%252Fb%252Fa%252520b%252Fc.png",
        "http://gateway.example/presign/s3/minio:9000/b/a%20b/c.png",
    ] {
        let answer = world.get(target).await;
        let expected = if target.contains("a%252520b") { "a%2520b" } else { "a%20b" };
        assert_eq!(answer.location(), first.location().replace("a%20b", expected), "{target}");
    }
    for outside in ["/?url=s3://b/k", "/presignal/?url=s3://b/k", "/s3/b/k", "//presign/?url=s3://b/k"] {
        assert_eq!(world.get(outside).await.status, 404, "{outside}");
    }
}

#[tokio::test]
async fn a_cookie_authenticates_like_a_header_and_the_header_wins() {
    let world = World::new().await;
    let good = format!("other=1; clearml_token_basic={ALICE}");
    assert_eq!(world.ask("GET", "/?url=gs://ml/k", &[("Cookie", &good)]).await.status, 302);
    let both = [("Cookie", good.as_str()), ("Authorization", "Bearer wrong")];
    assert_eq!(world.ask("GET", "/?url=gs://ml/k", &both).await.status, 401);
}

#[tokio::test]
async fn nobody_can_ask_as_somebody_else() {
    let world = World::new().await;
    for name in ["X-Clearml-Impersonate-As", "X-Clearml-Act-As"] {
        assert_eq!(world.alice("GET", "/?url=gs://bobs/k", &[(name, "bob")]).await.status, 403, "{name}");
    }
}
