//! What who may not have a link gets.

use crate::{wire::Answer, world::World};

const PAGE: [(&str, &str); 2] =
    [("Sec-Fetch-Mode", "navigate"), ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8")];

fn assert_problem(answer: &Answer, status: u16, code: &str) {
    assert_eq!((answer.status, answer.header("content-type")), (status, "application/problem+json"), "{}", answer.body);
    let problem = answer.json();
    assert_eq!(problem["code"], code);
    assert_eq!(problem["status"], status);
    assert_eq!(problem["request_id"], answer.header("x-request-id"));
    assert!(!problem["detail"].as_str().unwrap().is_empty());
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("www-authenticate"), "");
    assert_eq!(answer.location(), "");
}

#[tokio::test]
async fn every_cause_has_its_status_and_code() {
    let world = World::new().await;
    let long = format!("/?url=s3://b/{}", "k".repeat(1025));
    for (target, status, code) in [
        ("/x", 400, "invalid_request"),
        ("/?url=javascript:alert(1)", 400, "invalid_request"),
        ("/?url=s3://b", 400, "invalid_request"),
        ("/?url=s3://b/a/../k", 400, "invalid_request"),
        ("/s3/b/a/%2e%2e/k", 400, "invalid_request"),
        ("/?url=s3://b/%00", 400, "invalid_request"),
        ("/?url=s3://b/%ff", 400, "invalid_request"),
        ("/?url=s3://b/k&uri=s3://b/other", 400, "invalid_request"),
        ("/s3/b/k?url=s3://b/other", 400, "invalid_request"),
        ("/?url=https://evil.example/b/k", 400, "invalid_request"),
        ("/?url=s3://b/k&expires_in=1h", 400, "invalid_request"),
        ("/?url=gs://nobodys/k", 403, "forbidden"),
        ("/content/nothing/x?y", 404, "not_found"),
        (long.as_str(), 414, "key_too_long"),
        ("/?url=s3://credentials/k", 502, "backend_credentials"),
        ("/?url=s3://outage/k", 503, "unavailable"),
        ("/?url=s3://internal/k", 500, "internal"),
    ] {
        assert_problem(&world.get(target).await, status, code);
    }
    assert_problem(&world.alice("PUT", "/?url=gs://ml/k", &[]).await, 405, "method_not_allowed");
    assert_eq!(world.get("/?url=s3://outage/k").await.header("retry-after"), "17");
}

#[tokio::test]
async fn who_is_not_known_is_told_why() {
    let world = World::new().await;
    for (headers, why) in [
        (vec![], "no token was sent"),
        (vec![("Authorization", "Bearer unknown-token")], "refused"),
        (vec![("Authorization", "Bearer ")], "not a ClearML token"),
        (vec![("Authorization", "Negotiate x")], "neither Bearer nor Basic"),
        (vec![("Cookie", "clearml_token_basic=unknown-token")], "refused"),
    ] {
        let answer = world.ask("GET", "/?url=gs://ml/k", &headers).await;
        assert_problem(&answer, 401, "unauthenticated");
        let problem = answer.json();
        assert!(problem["detail"].as_str().unwrap().contains(why), "{headers:?}: {problem}");
        assert_eq!(problem["login_url"], "https://app.example/login?a=1&b=\"2\"");
    }
}

#[tokio::test]
async fn who_is_not_known_learns_nothing_about_rules() {
    let world = World::new().await;
    let mut bodies = std::collections::BTreeSet::new();
    for bucket in ["ml", "denied", "nobodys", "credentials"] {
        let mut problem = world.ask("GET", &format!("/?url=gs://{bucket}/k"), &[]).await.json();
        problem["request_id"].take();
        bodies.insert(problem.to_string());
    }
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

#[tokio::test]
async fn all_causes_of_a_403_have_one_body() {
    let world = World::new().await;
    let mut bodies = std::collections::BTreeSet::new();
    for url in ["gs://nobodys/k", "gs://refusing/k", "gs://denied/k", "gs://bobs/k", "s3://foreign/k", "s3://denied/k"]
    {
        let answer = world.get(&format!("/?url={url}")).await;
        assert_problem(&answer, 403, "forbidden");
        let mut problem = answer.json();
        problem["request_id"].take();
        let mut headers = answer.headers.clone();
        headers.remove("x-request-id");
        headers.remove("date");
        bodies.insert(format!("{problem} {headers:?}"));
    }
    assert_eq!(bodies.len(), 1, "{bodies:?}");
}

#[tokio::test]
async fn a_person_gets_a_page_with_a_way_to_log_in() {
    let world = World::new().await;
    for headers in [&PAGE[..], &PAGE[1..]] {
        let answer = world.ask("GET", "/?url=gs://ml/k", headers).await;
        assert_eq!((answer.status, answer.header("content-type")), (401, "text/html; charset=utf-8"));
        assert!(
            answer
                .body
                .contains("<a href=\"https://app.example/login?a=1&amp;b=&quot;2&quot;\" target=_blank rel=noopener>"),
            "{}",
            answer.body
        );
        assert!(answer.body.contains(answer.header("x-request-id")));
        assert!(answer.header("content-security-policy").contains("default-src 'none'"));
        assert_eq!(answer.header("www-authenticate"), "");
        assert_eq!(answer.header("cache-control"), "no-store");
    }
    let forbidden = world.alice("GET", "/?url=gs://denied/k", &PAGE).await;
    assert_eq!((forbidden.status, forbidden.body.contains("Log in")), (403, false));
}

#[tokio::test]
async fn a_script_gets_a_problem_even_when_it_would_take_a_page() {
    let world = World::new().await;
    for mode in ["cors", "no-cors", "same-origin", "websocket", ""] {
        let headers = [("Sec-Fetch-Mode", mode), PAGE[1]];
        assert_problem(&world.ask("GET", "/?url=gs://ml/k", &headers).await, 401, "unauthenticated");
    }
    assert_problem(&world.ask("PUT", "/?url=gs://ml/k", &PAGE).await, 401, "unauthenticated");
}

#[tokio::test]
async fn nothing_that_a_request_holds_becomes_markup() {
    let world = World::new().await;
    for target in
        ["/<script>alert(1)</script>", "/?url=<script>alert(1)</script>", "/?url=s3://<script>alert(1)</script>/k"]
    {
        let answer = world.alice("GET", target, &PAGE).await;
        assert!(!answer.body.contains("<script"), "{target}: {}", answer.body);
    }
}

#[tokio::test]
async fn the_start_page_says_who_somebody_is_and_needs_no_token() {
    let world = World::new().await;
    let known = world.alice("GET", "/", &PAGE).await;
    assert_eq!((known.status, known.header("content-type")), (200, "text/html; charset=utf-8"));
    assert!(known.body.contains("You are alice (role user, company c1)"), "{}", known.body);
    let unknown = world.ask("GET", "/", &[]).await;
    assert_eq!(unknown.status, 200);
    assert!(unknown.body.contains("You are not logged in"), "{}", unknown.body);
    assert_eq!(unknown.header("set-cookie"), "");
    assert_eq!(world.ask("HEAD", "/", &[]).await.status, 200);
}

#[tokio::test]
async fn the_start_pages_form_may_lead_to_a_store() {
    // Browsers apply form-action to redirects after the form, too: with 'self' no link to a store would open.
    let page = World::new().await.get("/").await;
    let policy = page.header("content-security-policy");
    assert!(!policy.contains("form-action 'self'") && !policy.contains("form-action 'none'"), "{policy}");
}

#[tokio::test]
async fn every_answer_has_an_id_of_its_own() {
    let world = World::new().await;
    let mut ids = std::collections::BTreeSet::new();
    for target in ["/", "/?url=gs://ml/k", "/x", "/?url=gs://denied/k", "/content/a/b"] {
        let answer = world.alice("GET", target, &[("X-Request-Id", "chosen-by-the-caller")]).await;
        ids.insert(answer.header("x-request-id").to_owned());
    }
    assert_eq!(ids.len(), 5);
    assert!(!ids.contains("chosen-by-the-caller"));
}
