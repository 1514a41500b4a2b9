//! `presign-gateway clearml-env`.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::{CONFIG, run_bare, run_with};

const NAME: &str = "CLEARML__SERVICES__SYSTEM__COMPANY__DEFAULT__SERVICES";

/// Rules whose expressions hold what shells, YAML, Kubernetes and docker-compose care about.
const AWKWARD: &str = "\
server: {public_url: 'https://app.clearml.example/presign/'}
auth: {provider: none}
backends:
  aws: {type: s3, region: us-east-1, credentials: {source: env}}
rules:
  - {name: quotes, match: {glob: \"s3://b/it's \\\"$HOME\\\" `x`/**\"}, backend: aws}
  - {name: dollars, match: {regex: 's3://b/(?:$(NAME)|a$|\\\\|#!|é %41)'}, backend: aws}
  - {name: pngs, match: {glob: 's3://b/**/*.png'}, backend: aws}
";

/// What the awkward rules are told to this program in this format.
fn told(format: &str) -> String {
    let mut file = tempfile::NamedTempFile::with_suffix(".yaml").unwrap();
    std::io::Write::write_all(&mut file, AWKWARD.as_bytes()).unwrap();
    let program = env!("CARGO_BIN_EXE_presign-gateway");
    let arguments = ["clearml-env", "--format", format, "--config", file.path().to_str().unwrap()];
    let keys = [("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "secret")];
    let done = Command::new(program).args(arguments).env_clear().envs(keys).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

fn value() -> String {
    told("json").trim_end().to_owned()
}

#[test]
fn the_value_is_one_presign_service_with_the_rules_as_match_sets() {
    let ran = run_with(CONFIG, &["clearml-env", "--format", "json", "--url", "https://presign.clearml.example/"], "");
    assert_eq!(ran.code, 0, "{}", ran.errors);
    let value: Value = serde_json::from_str(&ran.output).unwrap();
    let service = &value[0];
    assert_eq!((&service["type"], &service["use_fallback"]), (&json!("presign"), &json!("false")));
    assert_eq!(service["url"], "https://presign.clearml.example");
    let first = &service["match_sets"][0]["rules"][0];
    assert_eq!((&first["field"], &first["obj_type"]), (&json!(""), &json!("")));
    assert!(first["regex"].as_str().unwrap().ends_with("examplebucket/)upload(?:/|$)"), "{first}");
    for note in ["rule staff: is for some callers only", "rule private: refuses what it matches", "note: "] {
        assert!(ran.errors.contains(note), "{note}: {}", ran.errors);
    }
}

#[test]
fn our_own_reader_takes_the_value_as_it_stands() {
    let service: Value = serde_json::from_str(&value()).unwrap();
    assert_eq!(service[0]["url"], "https://app.clearml.example/presign");
    let config = format!(
        "auth: {{provider: none}}
backends: {{aws: {{type: s3, region: us-east-1, credentials: {{source: static, access_key: A, secret_key: {{env: EXAMPLE_SECRET}}}}}}}}
rules: [{{name: read, match: {{match_sets: {}}}, backend: aws}}]
",
        service[0]["match_sets"]
    );
    for (url, fate) in [
        ("s3://b/it's \"$HOME\" `x`/k", 0),
        ("s3://b/x/y.png", 0),
        ("s3://b/a$", 1),
        ("s3://b/a", 0),
        ("s3://c/x/y.png", 1),
        ("gs://b/x/y.png", 1),
    ] {
        assert_eq!(run_with(&config, &["sign", url], "").code, fate, "{url}");
    }
}

#[test]
fn a_backend_is_known_by_buckets_of_any_glob() {
    for (glob, start) in
        [("ml-*", "^s3://ml-[^/]*/"), ("ml-{dev,prod}", "^s3://ml-(?:dev|prod)/"), ("run-[0-9]", "^s3://run-[0-9]/")]
    {
        let config = format!(
            "auth: {{provider: none}}
backends: {{aws: {{type: s3, region: us-east-1, buckets: ['{glob}'], credentials: {{source: static, access_key: A, secret_key: {{env: EXAMPLE_SECRET}}}}}}}}
rules: [{{name: read, match: {{prefix: runs}}, backend: aws}}]
"
        );
        let ran = run_with(&config, &["clearml-env", "--format", "json", "--url", "https://presign.example"], "");
        let value: Value = serde_json::from_str(&ran.output).unwrap();
        let regex = value[0]["match_sets"][0]["rules"][0]["regex"].as_str().unwrap();
        assert!(regex.starts_with(start), "{glob}: {regex}");
        assert!(!ran.errors.contains("does not say what it serves"), "{}", ran.errors);
    }
}

#[test]
fn a_shell_gets_the_value_back() {
    let script = format!("{}printf %s \"${NAME}\"", told("shell"));
    let done = Command::new("sh").args(["-euc", &script]).env_clear().output().unwrap();
    assert!(done.status.success() && done.stderr.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
    assert_eq!(String::from_utf8(done.stdout).unwrap(), value());
}

#[test]
fn an_environment_file_holds_it_literally() {
    assert_eq!(told("docker"), format!("{NAME}={}\n", value()));
}

#[test]
fn yaml_compose_and_helm_get_it_back() {
    let yaml: Value = serde_saphyr::from_str(&told("yaml")).unwrap();
    assert_eq!(yaml[NAME], value());
    // What Kubernetes and docker-compose make of it: `$$` is a `$`, and no single one is left.
    let expanded = |text: &Value| {
        let text = text.as_str().unwrap();
        assert!(!text.replace("$$", "").contains('$'), "{text}");
        text.replace("$$", "$")
    };
    let compose: Value = serde_saphyr::from_str(&told("compose")).unwrap();
    assert_eq!(expanded(&compose["services"]["apiserver"]["environment"][NAME]), value());
    let helm: Value = serde_saphyr::from_str(&told("helm")).unwrap();
    let variable = &helm["apiserver"]["extraEnvs"][0];
    assert_eq!((variable["name"].as_str().unwrap(), expanded(&variable["value"])), (NAME, value()));
}

#[test]
fn a_gateway_that_does_not_know_its_address_has_to_be_told() {
    let said = run_with(CONFIG, &["clearml-env"], "").failed();
    assert!(said.contains("server.public_url") && said.contains("--url"), "{said}");
    assert_eq!(run_bare(&["clearml-env", "--url", "presign.example"], "").code, 2);
    assert_eq!(run_bare(&["clearml-env", "--format", "toml"], "").code, 2);
}
