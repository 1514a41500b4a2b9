//! Reloads of the program: by signal, by change of a file, and refused ones.

use std::{fs, os::unix::fs::symlink};

use crate::program::Program;

/// Two backends whose keys are in files, two users whose tokens are in files, and one rule a bucket.
const CONFIG: &str = "
auth:
  provider: static
  static: {tokens: [{token: {file: FOLDER/token}, user: alice}]}
backends:
  first: {type: s3, region: eu-west-1, credentials: {source: static, access_key: {file: FOLDER/key}, secret_key: {file: FOLDER/secret}}}
rules:
  - {name: first, match: {bucket: first}, backend: first}
";
const FILES: [(&str, &str); 4] =
    [("gateway.yaml", CONFIG), ("token", "token-1"), ("key", "AKIAFIRST"), ("secret", "secret-1")];

fn with_more(rules: &str) -> String {
    format!("{CONFIG}{rules}")
}

const SECOND: &str = "  - {name: second, match: {bucket: second}, backend: first}\n";

#[tokio::test]
async fn a_file_that_is_replaced_takes_effect_by_itself() {
    let program = Program::start(&FILES);
    assert_eq!(program.version().await["generation"], 1);
    assert_eq!(program.link("s3://second/k", "token-1").await, None);
    program.replace("gateway.yaml", &with_more(SECOND));
    let version = program.generation(2).await;
    assert_eq!(version["last_reload"]["outcome"], "applied", "{version}");
    assert!(program.link("s3://second/k", "token-1").await.is_some());
}

#[tokio::test]
async fn a_file_that_is_written_into_takes_effect_by_itself() {
    let program = Program::start(&FILES);
    fs::write(program.path("key"), "AKIASECOND").unwrap();
    program.generation(2).await;
    assert!(program.link("s3://first/k", "token-1").await.unwrap().contains("AKIASECOND"));
}

#[tokio::test]
async fn a_token_whose_file_changes_is_refused_from_there_on() {
    let program = Program::start(&FILES);
    program.replace("token", "token-2");
    program.generation(2).await;
    assert_eq!(program.ask("/?url=s3://first/k", "token-1").await.status(), 401);
    assert_eq!(program.ask("/?url=s3://first/k", "token-2").await.status(), 302);
}

#[tokio::test]
async fn a_config_map_that_kubernetes_swaps_takes_effect() {
    let folder = tempfile::tempdir().unwrap();
    let root = fs::canonicalize(folder.path()).unwrap();
    let put = |version: &str, config: &str| {
        fs::create_dir(root.join(version)).unwrap();
        let text = config.replace("FOLDER/", &format!("{}/", root.display()));
        fs::write(root.join(version).join("gateway.yaml"), text).unwrap();
        for (name, text) in &FILES[1..] {
            fs::write(root.join(version).join(name), text).unwrap();
        }
        // As kubelet does: a new link, renamed over the old one.
        symlink(version, root.join("..data_tmp")).unwrap();
        fs::rename(root.join("..data_tmp"), root.join("..data")).unwrap();
    };
    put("..2026_1", CONFIG);
    for (name, _) in FILES {
        symlink(format!("..data/{name}"), root.join(name)).unwrap();
    }
    let program = Program::start_in(folder, "gateway.yaml");
    put("..2026_2", &with_more(SECOND));
    fs::remove_dir_all(root.join("..2026_1")).unwrap();
    program.generation(2).await;
    assert!(program.link("s3://second/k", "token-1").await.is_some());
    put("..2026_3", CONFIG);
    program.generation(3).await;
    assert_eq!(program.link("s3://second/k", "token-1").await, None);
}

#[tokio::test]
async fn sighup_reads_the_configuration_again() {
    let program = Program::start(&FILES);
    program.signal("HUP");
    program.generation(2).await;
    assert!(program.link("s3://first/k", "token-1").await.is_some());
}

#[tokio::test]
async fn a_configuration_with_problems_is_refused_and_the_old_one_stays() {
    let mut program = Program::start(&FILES);
    let broken = with_more("  - {name: second, match: {glob: 's3://[**'}, backend: nobody}\n");
    program.replace("gateway.yaml", &broken.replace("provider: static", "provider: statik"));
    let said = program.refusal().await;
    for place in ["gateway.yaml:3: auth.provider", "gateway.yaml:9: rules[1].match.glob", "rules[1].backend"] {
        assert!(said.contains(place), "{said}");
    }
    assert!(program.log().contains("rules[1].match.glob"), "{}", program.log());
    assert_eq!(program.version().await["generation"], 1);
    assert!(program.link("s3://first/k", "token-1").await.is_some());
    let metrics = program.admin("/metrics").await;
    assert!(metrics.contains("presign_config_last_reload_successful 0"), "{metrics}");
    assert!(metrics.contains("presign_config_reload_total{outcome=\"refused\"} 1"), "{metrics}");

    program.replace("gateway.yaml", &with_more(SECOND));
    program.generation(2).await;
    let metrics = program.admin("/metrics").await;
    for line in [
        "presign_config_generation 2",
        "presign_config_last_reload_successful 1",
        "presign_config_reload_total{outcome=\"applied\"} 1",
        "presign_config_reload_total{outcome=\"refused\"} 1",
        "presign_config_last_reload_success_timestamp_seconds 1",
    ] {
        assert!(metrics.lines().any(|found| found.starts_with(line)), "{line}: {metrics}");
    }
    program.signal("TERM");
    assert!(program.ends_well());
}

#[tokio::test]
async fn a_secret_that_goes_missing_is_no_reason_to_stop_and_is_taken_when_it_is_back() {
    let program = Program::start(&FILES);
    fs::remove_file(program.path("secret")).unwrap();
    let said = program.refusal().await;
    assert!(said.contains("backends.first.credentials.secret_key") && !said.contains("secret-1"), "{said}");
    assert!(program.link("s3://first/k", "token-1").await.is_some());
    program.replace("secret", "secret-2");
    program.generation(2).await;
}

#[tokio::test]
async fn what_needs_another_start_is_said() {
    let program = Program::start(&FILES);
    program.replace("gateway.yaml", &format!("server: {{limits: {{max_connections: 7}}}}\n{CONFIG}"));
    program.generation(2).await;
    assert!(program.log().contains("server.limits.max_connections has changed"), "{}", program.log());
}

#[tokio::test]
async fn metrics_of_what_is_no_more_go_and_those_of_what_stays_stay() {
    let program = Program::start(&[("gateway.yaml", &with_more(SECOND)), FILES[1], FILES[2], FILES[3]]);
    for bucket in ["first", "second"] {
        assert!(program.link(&format!("s3://{bucket}/k"), "token-1").await.is_some());
    }
    program.replace("gateway.yaml", CONFIG);
    program.generation(2).await;
    assert!(program.link("s3://first/k", "token-1").await.is_some());
    let metrics = program.admin("/metrics").await;
    assert!(!metrics.contains("rule=\"second\""), "{metrics}");
    for line in [
        "presign_rule_matches_total{rule=\"first\"} 2",
        "presign_requests_total{backend=\"first\",operation=\"get\",outcome=\"signed\",rule=\"first\"} 2",
        "presign_request_duration_seconds_count{backend=\"first\",rule=\"first\"} 2",
    ] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
}
