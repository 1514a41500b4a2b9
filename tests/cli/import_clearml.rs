//! `presign-gateway import-clearml`.

use std::{fs, path::Path, process::Command};

use proptest::{prelude::*, sample::select};
use rcgen::{KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::Ran;

/// A client's file, with all that such files have: substitutions, variables, comments, URLs without quotes.
const CLIENT: &str = r#"
# The user's own file.
api {
    api_server: http://localhost:8008
    web_server: http://localhost:8080  # not used here
    credentials {"access_key": "USERKEY0", "secret_key": "usersecret0"}
}
minio_secret = miniosecret1
sdk {
    aws {
        s3 {
            key: "AKIADEFAULT2"
            secret: "defaultsecret3"
            region: eu-west-1
            credentials: [
                { bucket: "ml-artifacts", subdir: "team/a", key: AKIATEAM4, secret: "teamsecret5", token: "teamtoken6" }
                # no comma above, and none is needed
                { host: "minio.example:9000", key: minioadmin7, secret: ${minio_secret}, secure: false, multipart: false }
                { host: "minio.example:9000", bucket: "special", key: ${?MINIO_KEY}, secret: ${MINIO_SECRET}, verify: false }
                { bucket: irsa, use_credentials_chain: true }
                { bucket: nokey }
            ]
        }
        s3.credentials += { bucket: profiled, profile: ml }
    }
    google.storage {
        project: research
        credentials: [
            { bucket: "gs-a", credentials_json: "/etc/keys/a.json" }
            { bucket: "gs-inline", credentials_json: """{"private_key": "inlinesecret8"}""" }
        ]
    }
    azure.storage.containers: [
        { account_name: mlstore, account_key: "YWNjb3VudHNlY3JldDk=", container_name: models }
        { account_name: mlstore, account_key: "YWNjb3VudHNlY3JldDk=", container_name: data }
        { account_name: other, container_name: c, use_default_credential: true }
    ]
}
"#;

const SECRETS: [&str; 9] = [
    "usersecret0",
    "miniosecret1",
    "AKIADEFAULT2",
    "defaultsecret3",
    "AKIATEAM4",
    "teamsecret5",
    "teamtoken6",
    "minioadmin7",
    "inlinesecret8",
];

fn program(folder: &Path, arguments: &[&str], variables: &[(String, String)]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_presign-gateway"));
    let done =
        command.current_dir(folder).args(arguments).env_clear().envs(variables.iter().cloned()).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { output: text(done.stdout), errors: text(done.stderr), code: done.status.code().unwrap() }
}

fn folder_with(text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("clearml.conf"), text).unwrap();
    folder
}

fn imported(text: &str) -> Ran {
    program(folder_with(text).path(), &["import-clearml", "clearml.conf"], &[])
}

fn configuration(text: &str) -> Value {
    let ran = imported(text);
    assert_eq!(ran.code, 0, "{}", ran.errors);
    serde_saphyr::from_str(&ran.output).unwrap()
}

/// A service account's key file.
fn google_key() -> String {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let (email, id) = ("presign@research.iam.gserviceaccount.com", "1");
    let file = json!({
        "type": "service_account", "client_email": email, "private_key_id": id, "private_key": key.serialize_pem(),
    });
    file.to_string()
}

/// The variables that the program asks to set.
fn wanted(errors: &str) -> Vec<String> {
    let lines = errors.lines().filter_map(|line| line.strip_prefix("set the variable "));
    lines.map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

#[test]
fn what_a_client_reaches_becomes_backends_and_rules() {
    let config = configuration(CLIENT);
    assert_eq!(config["auth"], json!({"provider": "clearml", "clearml": {"api_server": "http://localhost:8008"}}));
    let backends = &config["backends"];
    assert_eq!(
        backends["aws"],
        json!({
            "type": "s3", "region": "eu-west-1",
            "credentials": {
                "source": "static", "access_key": {"env": "AWS_ACCESS_KEY"}, "secret_key": {"env": "AWS_SECRET_KEY"},
            },
        })
    );
    let team = &backends["ml-artifacts"];
    assert_eq!(team["credentials"]["session_token"], json!({"env": "ML_ARTIFACTS_SESSION_TOKEN"}));
    assert_eq!(team["buckets"], json!(["ml-artifacts"]));
    assert_eq!(backends["minio-example-9000"]["endpoint"], "http://minio.example:9000");
    assert_eq!(backends["irsa"]["credentials"], json!({"source": "default"}));
    assert_eq!(backends["profiled"]["credentials"], json!({"source": "profile", "profile": "ml"}));
    assert_eq!(backends["gs-a"]["credentials"], json!({"source": "service_account", "key_file": "/etc/keys/a.json"}));
    assert_eq!(backends["google"]["credentials"], json!({"source": "adc"}));
    assert_eq!(backends["mlstore"]["containers"], json!(["data", "models"]));
    assert_eq!(backends["other"]["credentials"], json!({"source": "workload_identity"}));
    let globs: Vec<&str> =
        config["rules"].as_array().unwrap().iter().map(|rule| rule["match"]["glob"].as_str().unwrap()).collect();
    for glob in ["s3://ml-artifacts/team/a/**", "s3://minio.example:9000/**", "gs://gs-a/**", "s3://*/**", "gs://*/**"]
    {
        assert!(globs.contains(&glob), "{glob}: {globs:?}");
    }
    let place = |glob| globs.iter().position(|known| *known == glob).unwrap();
    assert!(place("s3://irsa/**") < place("s3://*/**"), "the more a rule names, the earlier it stands: {globs:?}");
}

/// What `storage.get_settings` answers (ClearML's schema, since 2.22): settings that a user has not filled in are empty,
/// null, or not there.
const SETTINGS: &str = r#"{
    "meta": {"endpoint": {"name": "storage.get_settings"}, "result_code": 200},
    "data": {
        "last_update": "2026-11-01T00:00:00+00:00",
        "aws": {
            "key": "", "secret": null, "region": "eu-west-1",
            "buckets": [
                {"bucket": "ml-artifacts", "key": "AKIATEAM4", "secret": "teamsecret5", "subdir": "", "token": null},
                {"bucket": "", "host": "minio.example:9000", "key": "minioadmin7", "secret": "miniosecret1", "secure": false}
            ]
        },
        "google": {"project": null, "buckets": [{"bucket": "gs-inline", "credentials_json": "{\"private_key\": \"inlinesecret8\"}"}]},
        "azure": {"containers": [{"account_name": "mlstore", "account_key": "YWNjb3VudHNlY3JldDk=", "container_name": "models"}]}
    }
}"#;

#[test]
fn the_apiservers_own_settings_are_read_too() {
    let config = configuration(SETTINGS);
    let kind = |(name, backend): (&String, &Value)| format!("{name} {}", backend["type"].as_str().unwrap());
    let kinds: Vec<String> = config["backends"].as_object().unwrap().iter().map(kind).collect();
    assert_eq!(kinds, ["gs-inline gcs", "minio-example-9000 minio", "ml-artifacts s3", "mlstore azure"]);
    let ran = imported(SETTINGS);
    assert_eq!(wanted(&ran.errors).len(), 5, "{}", ran.errors);
    assert!(SECRETS.iter().all(|secret| !format!("{}{}", ran.output, ran.errors).contains(secret)), "{}", ran.errors);
}

#[test]
fn a_variable_of_the_file_stays_the_variable() {
    let text = "aws.s3 { key: ${AWS_KEY_OF_OURS}, secret: ${OUR_SECRET} }";
    let credentials = &configuration(text)["backends"]["aws"]["credentials"];
    assert_eq!(credentials["access_key"], json!({"env": "AWS_KEY_OF_OURS"}));
    assert_eq!(credentials["secret_key"], json!({"env": "OUR_SECRET"}));
}

#[test]
fn what_could_not_be_carried_over_is_said_with_its_place() {
    let said = imported(CLIENT).errors;
    for part in [
        "clearml.conf: sdk.aws.s3.credentials[4] left out: it has no key with its secret",
        "sdk.aws.s3.credentials[2] left out: it has no key with its secret",
        "sdk.google.storage.credentials[1].credentials_json to the file gs-inline.json",
        "sdk.azure.storage.containers[2]: Azure's default credential",
        "sdk.aws.s3.credentials[0].token: a session token ends",
        "backend aws: signs for every bucket",
    ] {
        assert!(said.contains(part), "{part}\n{said}");
    }
}

#[test]
fn what_it_prints_passes_the_check_when_the_variables_are_set() {
    let folder = folder_with(&CLIENT.replace("/etc/keys/a.json", "a.json"));
    let ran = program(folder.path(), &["import-clearml", "clearml.conf"], &[]);
    fs::write(folder.path().join("gateway.yaml"), &ran.output).unwrap();
    for file in ["a.json", "gs-inline.json"] {
        fs::write(folder.path().join(file), google_key()).unwrap();
    }
    let mut variables: Vec<(String, String)> =
        wanted(&ran.errors).into_iter().map(|name| (name, "YWNjb3VudHNlY3JldDk=".to_owned())).collect();
    assert_eq!(variables.len(), 8, "{}", ran.errors);
    // What workload identity finds in a pod, and a profile in AWS's file.
    let id = "00000000-0000-0000-0000-000000000001";
    let pod = [
        ("AZURE_CLIENT_ID", id),
        ("AZURE_TENANT_ID", id),
        ("AZURE_FEDERATED_TOKEN_FILE", "token"),
        ("AWS_SHARED_CREDENTIALS_FILE", "profiles"),
    ];
    fs::write(folder.path().join("profiles"), "[ml]\naws_access_key_id = A\naws_secret_access_key = s\n").unwrap();
    variables.extend(pod.map(|(name, value)| (name.to_owned(), value.to_owned())));
    let checked = program(folder.path(), &["check", "--config", "gateway.yaml"], &variables);
    assert_eq!(checked.code, 0, "{}\n{}", checked.errors, ran.output);
    variables.retain(|(name, _)| name != "MINIO_EXAMPLE_9000_SECRET_KEY");
    let checked = program(folder.path(), &["check", "--config", "gateway.yaml"], &variables);
    assert!(checked.code == 1 && checked.errors.contains("MINIO_EXAMPLE_9000_SECRET_KEY"), "{}", checked.errors);
}

#[test]
fn a_file_includes_others_beside_it_and_several_files_are_one() {
    let folder = folder_with("include \"keys.conf\"\naws.s3 { secret: ${keys.secret}, key: ${keys.key}, region: r }");
    fs::write(folder.path().join("keys.conf"), "keys { key: AKIAINCLUDED, secret: includedsecret }").unwrap();
    fs::write(folder.path().join("more.conf"), "azure.storage.containers: [{account_name: a1b, account_key: eA==}]")
        .unwrap();
    let ran = program(folder.path(), &["import-clearml", "clearml.conf", "more.conf"], &[]);
    assert_eq!(ran.code, 0, "{}", ran.errors);
    assert!(ran.output.contains("AWS_SECRET_KEY") && ran.output.contains("A1B_ACCOUNT_KEY"), "{}", ran.output);
    assert!(!(ran.output + &ran.errors).contains("includedsecret"));
}

#[test]
fn files_without_a_store_or_that_are_none_fail() {
    assert!(
        imported("api { api_server: https://api.clearml.example }").failed().contains("no store is in these files")
    );
    let said = imported("aws.s3 {\n key: \"hunter2\n}").failed();
    assert!(said.starts_with("clearml.conf:2:") && !said.contains("hunter2"), "{said}");
    let folder = tempfile::tempdir().unwrap();
    assert!(program(folder.path(), &["import-clearml", "gone.conf"], &[]).failed().starts_with("gone.conf: "));
    assert_eq!(program(folder.path(), &["import-clearml"], &[]).code, 2);
}

#[test]
fn no_secret_of_the_file_is_shown() {
    let ran = imported(CLIENT);
    let shown = ran.output + &ran.errors;
    for secret in SECRETS.into_iter().chain(["YWNjb3VudHNlY3JldDk="]) {
        assert!(!shown.contains(secret), "{secret}\n{shown}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Wherever a quote, a brace or a line is missing, and whatever stands where it does not belong.
    #[test]
    fn no_secret_is_shown_of_a_file_that_is_broken_anywhere(
        at in 0..CLIENT.len(), length in 0..40_usize,
        instead in select(vec!["", "\"", "{", "}", "[", "]", "${", "\n", ",", ":", "include ", "#", "\"\"\"", "\\"]),
    ) {
        let mut text = CLIENT.to_owned();
        text.replace_range(at..(at + length).min(CLIENT.len()), instead);
        let ran = imported(&text);
        let shown = ran.output + &ran.errors;
        // What was cut through is no secret any more; a file's name, a bucket or an account may be any text.
        for secret in SECRETS.into_iter().filter(|secret| secret.contains("secret") && text.contains(secret)) {
            prop_assert!(!shown.contains(secret), "{secret}\n{text}\n{shown}");
        }
    }
}
