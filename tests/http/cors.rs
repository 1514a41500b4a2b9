//! Whose scripts may read answers.

use crate::world::World;

const CORS: [&str; 3] =
    ["access-control-allow-origin", "access-control-allow-credentials", "access-control-expose-headers"];

#[tokio::test]
async fn a_script_of_a_configured_origin_may_read_every_answer() {
    let world = World::new().await;
    for target in ["/?url=gs://ml/k", "/?url=gs://denied/k", "/x", "/?url=gs://ml/k&format=json"] {
        let answer = world.alice("GET", target, &[("Origin", "https://app.example"), ("Sec-Fetch-Mode", "cors")]).await;
        assert_eq!(answer.header(CORS[0]), "https://app.example", "{target}");
        assert_eq!(answer.header(CORS[1]), "true", "{target}");
        let exposed: Vec<_> = answer.header(CORS[2]).split(", ").collect();
        for name in ["Content-Disposition", "X-Presign-Expires", "X-Request-Id", "Retry-After"] {
            assert!(exposed.contains(&name), "{name} is not exposed");
        }
        assert!(answer.header("vary").contains("Origin"), "{target}");
    }
}

#[tokio::test]
async fn an_origin_that_only_resembles_a_configured_one_is_another() {
    let world = World::new().await;
    for origin in [
        "https://evil-app.example",
        "https://evil.app.example",
        "https://app.example.evil.example",
        "https://app.example:443",
        "https://app.example:8443",
        "http://app.example",
        "https://APP.example",
        "https://app.example/",
        "https://app.example, https://evil.example",
        "https://evil.example https://app.example",
        "null",
        "*",
        "",
    ] {
        for method in ["GET", "OPTIONS"] {
            let answer = world.alice(method, "/?url=gs://ml/k", &[("Origin", origin)]).await;
            for name in CORS.into_iter().chain(["access-control-allow-methods", "access-control-allow-headers"]) {
                assert_eq!(answer.header(name), "", "{method} from {origin}: {name}");
            }
            assert!(answer.header("vary").contains("Origin"));
        }
    }
}

#[tokio::test]
async fn a_preflight_needs_no_token_and_allows_what_is_asked_for() {
    let world = World::new().await;
    let headers = [
        ("Origin", "https://app.example"),
        ("Access-Control-Request-Method", "PUT"),
        ("Access-Control-Request-Headers", "authorization,x-allegro-client"),
    ];
    let answer = world.ask("OPTIONS", "/?url=gs://ml/k", &headers).await;
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    assert_eq!(answer.header("access-control-allow-origin"), "https://app.example");
    assert_eq!(answer.header("access-control-allow-credentials"), "true");
    assert_eq!(answer.header("access-control-allow-headers"), "authorization,x-allegro-client");
    assert_eq!(answer.header("access-control-allow-methods"), "GET, HEAD, POST, PUT, DELETE, OPTIONS");
    assert_eq!(answer.location(), "");
}

#[tokio::test]
async fn without_configured_origins_nobody_elses_script_reads_anything() {
    let world = World::with(crate::world::Setup { server: String::new(), ..Default::default() }).await;
    let answer = world.alice("GET", "/?url=gs://ml/k", &[("Origin", "https://app.example")]).await;
    assert_eq!((answer.status, answer.header(CORS[0]), answer.header(CORS[1])), (302, "", ""));
}

#[tokio::test]
async fn a_page_of_another_site_changes_nothing() {
    let world = World::new().await;
    let targets = ["/v1/uploads/create", "/s3/aws-ml", "/", "/delete_many", "/v1/presign"];
    for target in targets {
        for elsewhere in [&[][..], &[("Origin", "https://evil.example")], &[("Origin", "null")]] {
            let headers = [elsewhere, &[("Sec-Fetch-Site", "cross-site")]].concat();
            assert_eq!(world.alice("POST", target, &headers).await.status, 403, "{target} {headers:?}");
        }
        for (origin, site) in [
            ("https://app.example", "cross-site"),
            ("https://evil.example", "same-site"),
            ("", "same-origin"),
            ("", ""),
        ] {
            let headers = [("Origin", origin), ("Sec-Fetch-Site", site)];
            assert_ne!(world.alice("POST", target, &headers).await.status, 403, "{target} {headers:?}");
        }
    }
}
