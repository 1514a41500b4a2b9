//! `presign-gateway webapp-conf`. That nginx takes it, and what it makes of it, tests/e2e shows.

use serde_json::Value;

use crate::support::{CONFIG, run_bare, run_with};

#[test]
fn the_file_for_nginx_has_the_configurations_base_path() {
    let config = format!("server: {{base_path: /links}}\n{CONFIG}");
    let text = run_with(&config, &["webapp-conf"], "").fine();
    for line in [
        "location /links/ {",
        "    proxy_pass $presign_gateway$request_uri;",
        "    set $presign_gateway http://presign-gateway:8080;",
        "    resolver 127.0.0.11 valid=10s;",
        "    sub_filter '</title>' '</title><script src=\"/links/ui.js\"></script>';",
    ] {
        assert!(text.lines().any(|known| known == line), "{line}: {text}");
    }
    assert!(!text.contains('@'), "{text}");
}

#[test]
fn the_neighbours_can_be_named() {
    let arguments =
        ["webapp-conf", "--gateway", "http://gw.example:80/", "--resolver", "[::1]:5353", "--base-path", "/a/b"];
    let text = run_bare(&arguments, "").fine();
    for part in ["set $presign_gateway http://gw.example:80;", "resolver [::1]:5353 valid", "location /a/b/ {"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

#[test]
fn a_configuration_without_a_base_path_cannot_share_the_webapps_host() {
    let ran = run_with(CONFIG, &["webapp-conf"], "");
    assert_eq!((ran.code, ran.output.as_str()), (1, ""));
    assert!(ran.errors.contains("base_path: /presign"), "{}", ran.errors);
    assert!(run_with(CONFIG, &["webapp-conf", "--base-path", "/presign"], "").fine().contains("location /presign/ {"));
}

#[test]
fn what_nginx_would_read_otherwise_is_wrong_usage() {
    for arguments in [
        ["--gateway", "http://gw:80/path"],
        ["--gateway", "gw:80"],
        ["--resolver", "1.1.1.1; root /"],
        ["--base-path", "presign/"],
        ["--base-path", "/a b"],
        ["--format", "podman"],
    ] {
        let ran = run_bare(&[&["webapp-conf"], arguments.as_slice()].concat(), "");
        assert_eq!((ran.code, ran.output.as_str()), (2, ""), "{arguments:?}");
    }
}

#[test]
fn compose_mounts_it_beside_the_gateway() {
    let text = run_bare(&["webapp-conf", "--format", "compose"], "").fine();
    let value: Value = serde_saphyr::from_str(&text).unwrap();
    let volume = "./presign.conf:/etc/nginx/default.d/presign.conf:ro";
    assert_eq!(value["services"]["webserver"]["volumes"], serde_json::json!([volume]));
    assert!(value["services"]["presign-gateway"].is_object());
}

#[test]
fn helm_has_the_same_file_in_a_config_map_and_the_charts_values() {
    let conf = run_bare(&["webapp-conf", "--resolver", "10.0.0.10", "--gateway", "http://gw.ml.svc:80"], "").fine();
    let arguments = ["webapp-conf", "--format", "helm", "--resolver", "10.0.0.10", "--gateway", "http://gw.ml.svc:80"];
    let text = run_bare(&arguments, "").fine();
    let (map, values) = text.split_once("\n---\n").unwrap();
    let map: Value = serde_saphyr::from_str(map).unwrap();
    assert_eq!((&map["kind"], map["data"]["presign.conf"].as_str().unwrap()), (&"ConfigMap".into(), conf.as_str()));
    let values: Value = serde_saphyr::from_str(values).unwrap();
    let (volume, mount) =
        (&values["webserver"]["additionalVolumes"][0], &values["webserver"]["additionalVolumeMounts"][0]);
    assert_eq!(volume["configMap"]["name"], map["metadata"]["name"]);
    assert_eq!((&mount["name"], &mount["subPath"]), (&volume["name"], &"presign.conf".into()));
    assert_eq!(mount["mountPath"], "/etc/nginx/default.d/presign.conf");
}
