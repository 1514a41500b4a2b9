//! `POST /v1/presign`.

use serde_json::{Value, json};

use crate::{
    wire::{exchange, request},
    world::World,
};

#[tokio::test]
async fn one_item_is_answered_as_one() {
    let world = World::new().await;
    let answer = world.post(r#"{"url": "gs://ml/a b?c#d%20e"}"#).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "application/json"));
    assert_eq!(answer.header("cache-control"), "private, no-store");
    let link = answer.json();
    let single = world.get("/?url=gs%3A%2F%2Fml%2Fa%20b%3Fc%23d%2520e&format=json").await;
    assert_eq!(link, single.json());
}

#[tokio::test]
async fn an_item_says_method_life_download_and_type() {
    let world = World::new().await;
    let item = json!({"url": "s3://b/x.bin", "method": "HEAD", "expires_in": 60, "download": "y z.bin",
                      "content_type": "text/plain"});
    let url = world.post(&item.to_string()).await.json()["url"].clone();
    let expected = "?m=HEAD&life=60&cd=attachment%3B%20filename%3D%22y%20z.bin%22&ct=text%2Fplain&";
    assert!(url.as_str().unwrap().contains(expected), "{url}");
    let flagged = world.post(r#"{"url": "s3://b/x.bin", "download": true}"#).await.json()["url"].clone();
    assert!(flagged.as_str().unwrap().contains("filename%3Dx.bin"), "{flagged}");
    let not = world.post(r#"{"url": "s3://b/x.bin", "download": false}"#).await.json()["url"].clone();
    assert!(not.as_str().unwrap().contains("&cd=&"), "{not}");
}

#[tokio::test]
async fn each_item_of_a_list_has_its_own_link_or_error_in_order() {
    let world = World::new().await;
    let items = json!([
        {"url": "gs://ml/k"},
        {"url": "gs://denied/k"},
        {"url": "gs://ml/a/../k"},
        {"url": "gs://ml/k", "method": "PUT"},
        {"url": "gs://writable/k", "method": "PUT"},
        {"url": "gs://ml/k", "method": "PATCH"},
        {"url": "gs://ml/k", "expires_in": 0},
        {"url": "gs://ml/k", "unknown": 1},
        {"url": "s3://credentials/k"},
        {"url": "gs://ml/k", "content_type": "text/plain\r\nX: y"},
        {"url": 1},
        {},
        null,
        "gs://ml/k",
        [],
    ]);
    let answer = world.post(&items.to_string()).await;
    assert_eq!(answer.status, 200);
    let answers = answer.json();
    let codes: Vec<_> = answers.as_array().unwrap().iter().map(|item| item["error"]["status"].clone()).collect();
    let link = Value::Null;
    let expected = [
        link.clone(),
        403.into(),
        400.into(),
        405.into(),
        link,
        400.into(),
        400.into(),
        400.into(),
        502.into(),
        400.into(),
        400.into(),
        400.into(),
        400.into(),
        400.into(),
        400.into(),
    ];
    assert_eq!(codes, expected);
    assert_eq!(answers[4]["method"], "PUT");
    assert_eq!(answers[1]["error"]["code"], "forbidden");
    assert!(!answers[1]["error"]["detail"].as_str().unwrap().is_empty());
}

#[tokio::test]
async fn one_item_that_is_refused_is_a_problem() {
    let world = World::new().await;
    for (body, status) in [
        (r#"{"url": "gs://denied/k"}"#, 403),
        (r#"{"url": "gs://ml/k", "method": "DELETE"}"#, 405),
        (r#"{"url": "gs://ml/k", "unknown": 1}"#, 400),
        ("7", 400),
        ("", 400),
        ("[", 400),
        ("{\"url\": \"gs://ml/k\"} trailing", 400),
        ("\u{feff}{}", 400),
    ] {
        let answer = world.post(body).await;
        assert_eq!((answer.status, answer.header("content-type")), (status, "application/problem+json"), "{body}");
        assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
    }
}

#[tokio::test]
async fn an_item_that_cannot_be_read_counts_for_its_own_operation_or_for_none() {
    let world = World::new().await;
    world.post(r#"[7, {"url": "x", "method": "PUT"}, {"url": 1, "method": "FETCH"}, {"url": 1}]"#).await;
    let counted = world.metrics("presign_requests_total");
    for (operation, count) in [("none", 2), ("put", 1), ("get", 1)] {
        let line = format!(
            r#"presign_requests_total{{backend="none",operation="{operation}",outcome="invalid_request",rule="none"}} {count}"#
        );
        assert!(counted.contains(&line), "{line} in {counted:?}");
    }
}

#[tokio::test]
async fn a_deeply_nested_body_is_refused() {
    let answer = World::new().await.post(&"[".repeat(100_000)).await;
    assert_eq!(answer.status, 400);
}

#[tokio::test]
async fn a_thousand_items_are_answered_and_one_more_are_not() {
    let world = World::new().await;
    let item = |number: usize| json!({"url": format!("gs://ml/k{number}")});
    let answers = world.post(&(0..1000).map(item).collect::<Value>().to_string()).await.json();
    let urls: std::collections::BTreeSet<_> =
        answers.as_array().unwrap().iter().map(|link| link["url"].as_str().unwrap()).collect();
    assert_eq!(urls.len(), 1000);
    let answer = world.post(&(0..1001).map(item).collect::<Value>().to_string()).await;
    assert_eq!((answer.status, &answer.json()["code"]), (413, &"invalid_request".into()));
    assert_eq!(world.post("[]").await.json(), json!([]));
}

#[tokio::test]
async fn the_configured_limits_count() {
    let world = World::serving("limits: {max_batch: 2, max_body_bytes: 200}").await;
    let two = r#"[{"url": "gs://ml/1"}, {"url": "gs://ml/2"}]"#;
    assert_eq!(world.post(two).await.status, 200);
    assert_eq!(world.post("[{}, {}, {}]").await.status, 413);
    assert_eq!(world.post(&format!("{two}{}", " ".repeat(200 - two.len()))).await.status, 200);
    assert_eq!(world.post(&format!("{two}{}", " ".repeat(201 - two.len()))).await.status, 413);
}

#[tokio::test]
async fn who_is_not_known_gets_nothing_and_need_not_send_the_body() {
    let world = World::new().await;
    let text = request("POST", "/v1/presign", &[("Content-Length", "1000000")], "");
    let answer = exchange(world.address, &text).await.unwrap();
    assert_eq!((answer.status, &answer.json()["code"]), (401, &"unauthenticated".into()));
}
