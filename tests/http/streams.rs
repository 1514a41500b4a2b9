//! Objects that pass through the gateway.

use http::header;

use crate::{
    object_store::{HALF, Object, ObjectStore, TAG},
    world::{ALICE, Setup, World},
};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n and some pixels";
const OBJECT: &str = "/?url=azure://mlstore/c/notes.txt";

fn text() -> Object {
    Object::Whole("text/plain", b"0123456789".to_vec())
}

/// A gateway whose rule for the store says so.
async fn delivering(store: &ObjectStore, delivery: &str, server: &str) -> World {
    with_ui(store, delivery, server, "").await
}

async fn with_ui(store: &ObjectStore, delivery: &str, server: &str, ui: &str) -> World {
    let setup = Setup::default();
    let without_more = delivery.split(',').next().unwrap();
    World::with(Setup {
        server: format!("{}, {server}", setup.server),
        backends: store.backend(),
        rules: format!(
            "
  - {{name: cached, match: {{glob: 'azure://mlstore/cached/**'}}, backend: stored, delivery: {without_more}, response: {{cache_control: 'private, max-age=7'}}}}
  - {{name: all, match: {{glob: 'azure://**'}}, backend: stored, delivery: {delivery}, methods: [GET, HEAD, PUT], ttl: 10m}}"
        ),
        ui: ui.to_owned(),
        ..setup
    })
    .await
}

/// Alice's browser, which sends a cookie and follows nothing.
async fn browse(world: &World, target: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    request(world, http::Method::GET, target, headers).await
}

async fn request(world: &World, method: http::Method, target: &str, headers: &[(&str, &str)]) -> reqwest::Response {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let mut request = client.request(method, format!("http://{}{target}", world.address));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.header("Cookie", format!("clearml_token_basic={ALICE}")).send().await.unwrap()
}

fn header_of<'a>(answer: &'a reqwest::Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

async fn counted(world: &World, line: &str) {
    while !world.metrics("presign_stream").iter().any(|known| known == line) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn an_object_passes_through_with_what_the_store_says_of_it_and_nothing_else() {
    let store = ObjectStore::with(&[("c/notes.txt", text())]).await;
    let world = delivering(&store, "stream", "").await;
    let answer = browse(&world, OBJECT, &[]).await;
    assert_eq!(answer.status(), 200);
    let policy = "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self'; style-src 'unsafe-inline'";
    for (name, value) in [
        ("content-type", "text/plain"),
        ("content-length", "10"),
        ("etag", TAG),
        ("accept-ranges", "bytes"),
        ("cache-control", "private, max-age=300"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", policy),
        ("referrer-policy", "no-referrer"),
        ("x-presign-rule", "all"),
        ("location", ""),
        ("set-cookie", ""),
        ("x-ms-request-id", ""),
    ] {
        assert_eq!(header_of(&answer, name), value, "{name}");
    }
    assert_eq!(answer.text().await.unwrap(), "0123456789");
    let signed = world.metrics("presign_sign_duration_seconds_count");
    let signed: Vec<_> = signed.iter().filter(|line| !line.ends_with(" 0")).collect();
    assert_eq!(signed, ["presign_sign_duration_seconds_count{backend=\"stored\",operation=\"get\"} 1"]);
    let asked = store.last_headers();
    assert!(!asked.contains_key(header::COOKIE) && !asked.contains_key(header::AUTHORIZATION), "{asked:?}");
    counted(&world, "presign_stream_bytes_total{backend=\"stored\",rule=\"all\"} 10").await;
    counted(&world, "presign_streams_total{backend=\"stored\",outcome=\"complete\",rule=\"all\"} 1").await;
    counted(&world, "presign_streams_open 0").await;
}

#[tokio::test]
async fn ranges_conditions_and_head_are_the_stores_to_answer() {
    let store = ObjectStore::with(&[("c/notes.txt", text())]).await;
    let world = delivering(&store, "stream", "").await;
    let part = browse(&world, OBJECT, &[("Range", "bytes=2-4")]).await;
    assert_eq!((part.status().as_u16(), header_of(&part, "content-range")), (206, "bytes 2-4/10"));
    assert_eq!(part.text().await.unwrap(), "234");
    let beyond = browse(&world, OBJECT, &[("Range", "bytes=99-")]).await;
    assert_eq!((beyond.status().as_u16(), header_of(&beyond, "content-range")), (416, "bytes */10"));
    assert_eq!(header_of(&beyond, "content-type"), "");
    assert_eq!(beyond.text().await.unwrap(), "");
    let known = browse(&world, OBJECT, &[("If-None-Match", TAG)]).await;
    assert_eq!((known.status().as_u16(), header_of(&known, "etag")), (304, TAG));
    let head = request(&world, http::Method::HEAD, OBJECT, &[]).await;
    assert_eq!((head.status().as_u16(), header_of(&head, "content-length")), (200, "10"));
    assert_eq!(header_of(&head, "content-type"), "text/plain");
    assert_eq!(store.asked().last().unwrap(), "HEAD c/notes.txt");
}

#[tokio::test]
async fn the_rules_cache_control_is_the_objects() {
    let store = ObjectStore::with(&[("cached/notes.txt", text())]).await;
    let answer = browse(&delivering(&store, "stream", "").await, "/?url=azure://mlstore/cached/notes.txt", &[]).await;
    // The store sends what the link's signature asks it for; this one sends always the same.
    assert_eq!(header_of(&answer, "cache-control"), "public, max-age=31536000");
}

#[tokio::test]
async fn what_the_store_refuses_is_refused_in_the_gateways_words() {
    let statuses = [(404, 404), (403, 404), (500, 503), (301, 503), (401, 502), (400, 503)];
    for (from_store, told) in statuses {
        let store = ObjectStore::with(&[("c/notes.txt", Object::Status(from_store))]).await;
        let answer = browse(&delivering(&store, "stream", "").await, OBJECT, &[("Accept", "text/html")]).await;
        assert_eq!((answer.status().as_u16(), header_of(&answer, "location")), (told, ""), "{from_store}");
        let page = answer.text().await.unwrap();
        assert!(page.contains("<h1>") && !page.contains("the store's own page"), "{page}");
    }
}

#[tokio::test]
async fn a_store_that_breaks_off_breaks_the_answer_off() {
    let store = ObjectStore::with(&[("c/notes.txt", Object::Broken)]).await;
    let world = delivering(&store, "stream", "").await;
    let mut answer = browse(&world, OBJECT, &[]).await;
    assert_eq!((answer.status().as_u16(), header_of(&answer, "content-length")), (200, "2000"));
    assert_eq!(answer.chunk().await.unwrap().unwrap().len(), HALF);
    store.release();
    answer.bytes().await.unwrap_err();
    counted(&world, "presign_streams_total{backend=\"stored\",outcome=\"store_failed\",rule=\"all\"} 1").await;
}

#[tokio::test]
async fn a_store_that_sends_nothing_more_is_given_up() {
    let store = ObjectStore::with(&[("c/notes.txt", Object::Held)]).await;
    let world = delivering(&store, "stream", "limits: {stream_idle_timeout: 100ms}").await;
    browse(&world, OBJECT, &[]).await.bytes().await.unwrap_err();
    counted(&world, "presign_streams_total{backend=\"stored\",outcome=\"store_stalled\",rule=\"all\"} 1").await;
}

#[tokio::test]
async fn a_stream_may_take_longer_than_a_request_may() {
    let store = ObjectStore::with(&[("c/notes.txt", Object::Held), ("c/slow", Object::Held)]).await;
    let silent = crate::fake_store::FakeStore::start().await;
    silent.hold(true);
    let world = delivering(&store, "stream", "limits: {request_timeout: 150ms}").await;
    let mut answer = browse(&world, OBJECT, &[]).await;
    assert_eq!(answer.chunk().await.unwrap().unwrap().len(), HALF);
    // A request that is cut for its length, on another gateway: its time has passed here, too.
    let setup = Setup::default();
    let other = World::with(Setup {
        server: format!("{}, limits: {{request_timeout: 300ms}}", setup.server),
        backends: silent.backend(),
        rules: "\n  - {name: all, match: {glob: 'azure://**'}, backend: stored, delivery: stream}".to_owned(),
        ..setup
    })
    .await;
    assert_eq!(browse(&other, OBJECT, &[]).await.status(), 503);
    store.release();
    assert_eq!(answer.bytes().await.unwrap().len(), HALF);
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_request_to_the_store() {
    let store = ObjectStore::with(&[("c/notes.txt", Object::Endless)]).await;
    let world = delivering(&store, "stream", "").await;
    let mut answer = browse(&world, OBJECT, &[]).await;
    answer.chunk().await.unwrap().unwrap();
    drop(answer);
    let sent = store.abandoned().await;
    assert!(sent < 64 * 1024 * 1024, "{sent} bytes were read for a client that took one piece");
    counted(&world, "presign_streams_total{backend=\"stored\",outcome=\"client_gone\",rule=\"all\"} 1").await;
}

#[tokio::test]
async fn more_streams_than_allowed_are_refused_until_one_ends() {
    let store = ObjectStore::with(&[("c/notes.txt", Object::Held), ("c/other", text())]).await;
    let world = delivering(&store, "stream", "limits: {streams: 1}").await;
    let first = browse(&world, OBJECT, &[]).await;
    let second = browse(&world, "/?url=azure://mlstore/c/other", &[]).await;
    assert_eq!((second.status().as_u16(), header_of(&second, "retry-after")), (503, "1"));
    store.release();
    assert_eq!(first.bytes().await.unwrap().len(), 2 * HALF);
    counted(&world, "presign_streams_open 0").await;
    assert_eq!(browse(&world, "/?url=azure://mlstore/c/other", &[]).await.status(), 200);
}

#[tokio::test]
async fn a_rule_that_streams_gives_no_link_away() {
    let store = ObjectStore::with(&[("c/notes.txt", text())]).await;
    let world = delivering(&store, "stream", "").await;
    let answer = world.alice("GET", &format!("{OBJECT}&format=json"), &[]).await;
    assert_eq!((answer.status, &answer.json()["code"]), (400, &"invalid_request".into()));
    let batch = world.post(r#"[{"url": "azure://mlstore/c/notes.txt"}]"#).await;
    assert_eq!(batch.json()[0]["error"]["status"], 400, "{}", batch.body);
    assert!(!answer.body.contains("sig=") && !batch.body.contains("sig="));
    let write = world.alice("PUT", OBJECT, &[]).await;
    assert_eq!(write.status, 307, "uploads go to the store");
}

#[tokio::test]
async fn a_page_is_a_file_to_who_wants_one_whatever_the_rule_shows() {
    let object = |content_type| Object::Whole(content_type, b"<script>".to_vec());
    let objects = [("c/artifacts/a.html", object("text/html")), ("c/artifacts/a.png", object("image/png"))];
    let store = ObjectStore::with(&objects).await;
    let world = delivering(&store, "stream, response: {content_disposition: inline}", "").await;
    let (link, frame) = (("Sec-Fetch-Dest", "document"), ("Sec-Fetch-Dest", "iframe"));
    for (file, dest, expected) in
        [("a.html", link, "attachment; filename=a.html"), ("a.html", frame, ""), ("a.png", link, "")]
    {
        let headers = [("Sec-Fetch-Mode", "navigate"), dest];
        let answer = browse(&world, &format!("/?url=azure://mlstore/c/artifacts/{file}"), &headers).await;
        // This store does not send the disposition that the link asks it for.
        assert_eq!(header_of(&answer, "content-disposition"), expected, "{file} {dest:?}");
        assert!(header_of(&answer, "content-security-policy").starts_with("sandbox;"));
    }
}

#[tokio::test]
async fn auto_streams_to_scripts_and_redirects_everybody_else() {
    let store = ObjectStore::with(&[("c/notes.txt", text())]).await;
    let world = delivering(&store, "auto", "").await;
    let script = [("Sec-Fetch-Mode", "cors"), ("Sec-Fetch-Dest", "empty"), ("Origin", "https://app.example")];
    let answer = browse(&world, OBJECT, &script).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(header_of(&answer, "access-control-allow-origin"), "https://app.example");
    assert!(header_of(&answer, "access-control-expose-headers").contains("Content-Disposition"));
    assert!(header_of(&answer, "vary").contains("Sec-Fetch-Mode"));
    for mode in ["no-cors", "navigate", "cors-with-forced-preflight", "CORS"] {
        assert_eq!(browse(&world, OBJECT, &[("Sec-Fetch-Mode", mode)]).await.status(), 302, "{mode}");
    }
    assert_eq!(browse(&world, OBJECT, &[]).await.status(), 302);
    assert_eq!(world.alice("GET", &format!("{OBJECT}&format=json"), &[]).await.status, 200);
}

#[tokio::test]
async fn an_image_of_a_plot_passes_through_whatever_the_rule_says() {
    let store = ObjectStore::with(&[("c/plot.png", Object::Whole("image/png", PNG.to_vec()))]).await;
    let world = delivering(&store, "redirect", "").await;
    let target = "/plot.png?url=azure://mlstore/c/plot.png&proxy=1";
    for headers in [&[][..], &[("Sec-Fetch-Dest", "image"), ("Sec-Fetch-Mode", "cors")]] {
        let answer = browse(&world, target, headers).await;
        assert_eq!((answer.status().as_u16(), header_of(&answer, "content-type")), (200, "image/png"));
        assert_eq!(header_of(&answer, "content-security-policy"), "sandbox; default-src 'none'");
        assert_eq!(header_of(&answer, "content-length"), PNG.len().to_string());
        assert_eq!(answer.bytes().await.unwrap(), PNG);
    }
    assert_eq!(browse(&world, target, &[("If-None-Match", TAG)]).await.status(), 304);
    for headers in [
        ("Sec-Fetch-Dest", "iframe"),
        ("Sec-Fetch-Dest", "document"),
        ("Sec-Fetch-Dest", "empty"),
        ("Range", "bytes=0-"),
    ] {
        assert_eq!(browse(&world, target, &[headers]).await.status(), 302, "{headers:?}");
    }
    assert_eq!(browse(&world, &target.replace("&proxy=1", ""), &[]).await.status(), 302);
    assert_eq!(browse(&world, &target.replace("proxy=1", "proxy=0"), &[]).await.status(), 302);
}

#[tokio::test]
async fn what_is_no_raster_image_never_passes_through_on_a_wish() {
    let page = b"<script>alert(1)</script>".to_vec();
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec();
    for (content_type, bytes) in [
        ("text/html", page.clone()),
        ("image/png", page.clone()),
        ("image/svg+xml", svg.clone()),
        ("image/png", svg),
        ("text/html", PNG.to_vec()),
        ("image/png", vec![]),
        ("application/octet-stream", PNG.to_vec()),
    ] {
        let store = ObjectStore::with(&[("c/x.png", Object::Whole(content_type, bytes))]).await;
        let world = delivering(&store, "redirect", "").await;
        let answer = browse(&world, "/x.png?url=azure://mlstore/c/x.png&proxy=1", &[]).await;
        assert_eq!(answer.status(), 302, "{content_type}");
        assert!(header_of(&answer, "location").starts_with("https://blobs.example/"), "{answer:?}");
        assert_eq!(answer.text().await.unwrap(), "");
        counted(&world, "presign_streams_total{backend=\"stored\",outcome=\"declined\",rule=\"all\"} 1").await;
    }
}

#[tokio::test]
async fn an_image_that_the_gateway_does_not_get_is_redirected_to() {
    for status in [404, 403, 500] {
        let store = ObjectStore::with(&[("c/x.png", Object::Status(status))]).await;
        let answer =
            browse(&delivering(&store, "redirect", "").await, "/x.png?url=azure://mlstore/c/x.png&proxy=1", &[]).await;
        assert_eq!(answer.status(), 302, "{status}");
    }
}

#[tokio::test]
async fn images_pass_through_only_while_the_configuration_lets_them() {
    let store = ObjectStore::with(&[("c/x.png", Object::Whole("image/png", PNG.to_vec()))]).await;
    let world = with_ui(&store, "redirect", "", "proxy_images: false").await;
    assert_eq!(browse(&world, "/x.png?url=azure://mlstore/c/x.png&proxy=1", &[]).await.status(), 302);
    assert_eq!(store.asked(), Vec::<String>::new());
}

#[tokio::test]
async fn nothing_passes_through_for_who_may_not_see_it() {
    let store = ObjectStore::with(&[("c/notes.txt", text())]).await;
    let world = delivering(&store, "stream", "").await;
    assert_eq!(world.ask("GET", OBJECT, &[]).await.status, 401);
    assert_eq!(world.get("/?url=s3://elsewhere/k").await.status, 403);
    assert_eq!(store.asked(), Vec::<String>::new());
}
