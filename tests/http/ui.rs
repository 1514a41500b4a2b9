//! `ui.js`, which the ClearML WebApp's pages load.

use crate::world::{Setup, World};

#[tokio::test]
async fn the_script_is_there_for_everybody_and_asked_for_anew_each_time() {
    let world = World::serving("base_path: /presign").await;
    let answer = world.ask("GET", "/presign/ui.js", &[]).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/javascript; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), "no-cache");
    assert!(answer.body.contains(concat!("\"version\":\"", env!("CARGO_PKG_VERSION"), "\"")), "{}", answer.body);
    for tag in [answer.header("etag").to_owned(), format!("\"other\", W/{}", answer.header("etag"))] {
        let again = world.ask("GET", "/presign/ui.js?v=2", &[("If-None-Match", &tag)]).await;
        assert_eq!((again.status, again.body.as_str(), again.header("etag")), (304, "", answer.header("etag")));
    }
    assert_eq!(world.ask("GET", "/presign/ui.js", &[("If-None-Match", "\"other\"")]).await.status, 200);
    let head = world.ask("HEAD", "/presign/ui.js", &[]).await;
    assert_eq!((head.status, head.header("etag")), (200, answer.header("etag")));
    assert_eq!(world.ask("GET", "/ui.js", &[]).await.status, 404);
}

#[tokio::test]
async fn the_script_has_the_configurations_settings_and_another_tag_with_others() {
    let ui = "match: ['s3://'], exclude: ['s3://public/</script>']".to_owned();
    let narrow = World::with(Setup { ui, ..Setup::default() }).await.ask("GET", "/ui.js", &[]).await;
    assert!(narrow.body.contains(r#""exclude":["s3://public/</script>"],"match":["s3://"]"#), "{}", narrow.body);
    let wide = World::new().await.ask("GET", "/ui.js", &[]).await;
    assert_ne!(narrow.header("etag"), wide.header("etag"));
}

#[tokio::test]
async fn an_object_of_that_name_is_an_object() {
    let answer = World::new().await.get("/ui.js?url=gs://ml/ui.js").await;
    assert!(answer.location().starts_with("https://storage.googleapis.com/ml/ui.js?"), "{}", answer.body);
}
