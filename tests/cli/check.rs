//! `check`.

use std::path::Path;

use serde_json::Value;

use crate::support::{CONFIG, run, run_bare, run_with};

const BROKEN: &str = "\
server: {listen: '127.0.0.1:0', base_path: presign}
auth:
  provider: static
  static: {tokens: [{token: {env: UNSET_TOKEN}, user: u}]}
backends:
  aws:
    type: s3
    region: us-east-1
    credentials: {source: static, access_key: AKIAIOSFODNN7EXAMPLE, secret_key: {env: UNSET_SECRET}}
rules:
  - {name: one, match: {regex: 's3://('}, backend: aws}
  - {name: one, match: {bucket: b}, backend: nowhere}
  - {name: late, match: {bucket: b}, backend: aws, color: red}
";

#[test]
fn a_good_configuration_is_fine() {
    let said = run(&["check"]).fine();
    assert!(said.ends_with(" is fine: backends 1, rules 4\n"), "{said}");
    assert_eq!(run_bare(&["check"], "").fine(), "the embedded configuration is fine: backends 1, rules 2\n");
    assert_eq!(run(&["check", "--json"]).fine(), "[]\n");
}

#[test]
fn all_problems_are_told_at_once_with_their_lines() {
    let said = run_with(BROKEN, &["check"], "").failed();
    for (line, place) in [
        (1, "server.base_path: "),
        (4, "auth.static.tokens[0].token: "),
        (9, "backends.aws.credentials.secret_key: "),
        (11, "rules[0].match.regex: "),
        (12, "rules[1].backend: "),
        (12, "rules[1].name: "),
        (13, "rules[2].color: "),
    ] {
        let told = format!(".yaml:{line}: {place}");
        assert!(said.contains(&told), "{told}\n{said}");
    }
    assert!(said.contains("UNSET_TOKEN") && said.contains("UNSET_SECRET"), "{said}");
}

#[test]
fn problems_as_json_have_line_path_and_severity() {
    let ran = run_with(BROKEN, &["check", "--json"], "");
    assert_eq!((ran.code, ran.errors.as_str()), (1, ""));
    let list: Vec<Value> = serde_json::from_str(&ran.output).unwrap();
    let base_path = list.iter().find(|problem| problem["path"] == "server.base_path").unwrap();
    assert_eq!((base_path["line"].as_u64(), base_path["severity"].as_str()), (Some(1), Some("error")));
    assert!(base_path["message"].as_str().unwrap().contains("start it with '/'"), "{base_path}");
}

#[test]
fn warnings_are_told_and_do_not_fail() {
    let config = CONFIG.replace("auth: {provider: none}", "auth: {provider: none, static: {tokens: []}}");
    let ran =
        run_with(&config.replace("tokens: []", "tokens: [{token: {env: EXAMPLE_SECRET}, user: u}]"), &["check"], "");
    assert_eq!(ran.code, 0, "{}", ran.errors);
    assert!(ran.errors.contains(".yaml:1: warning: auth.static: not used"), "{}", ran.errors);
    assert!(ran.output.ends_with("rules 4, 1 warning\n"), "{}", ran.output);
}

#[test]
fn a_port_that_is_chosen_at_start_is_no_problem() {
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "server: {{listen: '127.0.0.1:0'}}
auth: {{provider: none}}
backends: {{shelf: {{type: local, root: '{}', bucket: b}}}}
rules: [{{name: all, match: {{bucket: b}}, backend: shelf}}]
",
        folder.path().display()
    );
    run_with(&config, &["check"], "").fine();
}

#[test]
fn a_certificate_that_is_not_there_is_a_problem() {
    let config = format!("server: {{tls: {{cert: missing.pem, key: missing.key}}}}\n{CONFIG}");
    let said = run_with(&config, &["check"], "").failed();
    assert!(said.contains(".yaml:1: server.tls: "), "{said}");
}

#[test]
fn what_is_no_yaml_is_told_with_its_line() {
    let said = run_with("auth: {provider: none\nrules: [", &["check"], "").failed();
    assert!(said.contains(".yaml:"), "{said}");
}

#[test]
fn the_configuration_comes_from_the_flag_or_the_variable() {
    let broken = Path::new("missing.yaml");
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_presign-gateway"));
    let done = command.arg("check").env("PRESIGN_CONFIG", broken).output().unwrap();
    assert_eq!(done.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&done.stderr).contains("missing.yaml"));
}
