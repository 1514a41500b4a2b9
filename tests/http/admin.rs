//! The operator's listener.

use serde_json::{Value, json};

use crate::world::{ALICE, AWS_SECRET, AZURE_KEY, GOOGLE_SECRET, Setup, World};

async fn with_backend(more: &str) -> World {
    let setup = Setup::default();
    World::with(Setup { backends: format!("{}{more}", setup.backends), ..setup }).await
}

async fn json_of(world: &World, target: &str) -> (u16, Value) {
    let (status, body) = world.admin(target).await;
    (status, serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}")))
}

#[tokio::test]
async fn readiness_names_every_backend() {
    let (status, body) = json_of(&World::new().await, "/readyz").await;
    let ready = json!({"google": "ready", "azure": "ready", "aws": "ready", "shelf": "ready"});
    assert_eq!((status, body), (200, json!({"status": "ready", "auth": "ready", "backends": ready})));
}

#[tokio::test]
async fn one_broken_backend_degrades_and_does_not_take_the_others_out() {
    let world = with_backend("\n  painted: {type: shelf, not_ready: true}").await;
    let (status, body) = json_of(&world, "/readyz").await;
    assert_eq!((status, &body["status"]), (200, &"degraded".into()));
    assert_eq!(body["backends"]["painted"], json!({"not_ready": "it is being painted"}));
    assert_eq!(world.get("/?url=gs://ml/k").await.status, 302);
    assert_eq!(world.admin("/livez").await, (200, "alive\n".to_owned()));
}

#[tokio::test]
async fn a_gateway_that_can_sign_nothing_is_not_ready_but_alive() {
    let backends = "\n  painted: {type: shelf, not_ready: true}".to_owned();
    let rules = "\n  - {name: all, match: {glob: 's3://**'}, backend: painted}".to_owned();
    let world = World::with(Setup { backends, rules, ..Setup::default() }).await;
    let (status, body) = json_of(&world, "/readyz").await;
    assert_eq!((status, &body["status"]), (503, &"not_ready".into()));
    assert_eq!(world.admin("/livez").await.0, 200);
}

#[tokio::test]
async fn the_version_and_generation_are_told() {
    let (status, body) = json_of(&World::new().await, "/version").await;
    assert_eq!(
        (status, body),
        (200, json!({"version": env!("CARGO_PKG_VERSION"), "generation": 1, "last_reload": null}))
    );
}

#[tokio::test]
async fn the_configuration_is_shown_without_secrets() {
    let world = World::new().await;
    let (status, body) = world.admin("/v1/config").await;
    assert_eq!(status, 200);
    for secret in [ALICE, AWS_SECRET, AZURE_KEY, GOOGLE_SECRET] {
        assert!(!body.contains(secret), "{body}");
    }
    assert!(body.contains("mlstore"), "{body}");
}

#[tokio::test]
async fn metrics_are_in_the_format_of_prometheus() {
    let world = World::new().await;
    world.get("/?url=gs://ml/k").await;
    let (status, body) = world.admin("/metrics").await;
    assert_eq!(status, 200);
    let mut types = std::collections::HashMap::new();
    for line in body.lines() {
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(types.insert(name, kind).is_none(), "{name} is there twice");
        } else if !line.starts_with("# HELP ") {
            let (series, value) = line.rsplit_once(' ').unwrap();
            value.parse::<f64>().unwrap();
            let name = series.split('{').next().unwrap();
            let family = ["_bucket", "_sum", "_count"].iter().find_map(|suffix| name.strip_suffix(suffix));
            assert!(types.contains_key(name) || types.get(family.unwrap()) == Some(&"histogram"), "{line}");
            assert!(name.starts_with("presign_"), "{line}");
        }
    }
    let signed = "presign_requests_total{backend=\"google\",operation=\"get\",outcome=\"signed\",rule=\"google\"} 1";
    assert!(body.lines().any(|line| line == signed), "{body}");
    for name in ["presign_requests_total", "presign_request_duration_seconds", "presign_config_generation"] {
        assert!(types.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn other_paths_say_which_there_are() {
    let (status, body) = World::new().await.admin("/").await;
    assert_eq!(status, 404);
    assert!(body.contains("/readyz"), "{body}");
}
