//! `policy`.

use serde_json::{Value, json};

use crate::support::{Ran, run_with};

const CONFIG: &str = "\
auth: {provider: none}
backends:
  aws: {type: s3, region: cn-north-1, buckets: [ml-a, ml-b], credentials: {source: env}}
  onprem: {type: minio, endpoint: 'http://minio:9000', credentials: {source: env}}
  google: {type: gcs, credentials: {source: hmac, access_key: GOOG, secret_key: {env: UNSET}}}
  azure: {type: azure, account: mlstore, credentials: {source: account_key, account_key: {env: UNSET}}}
  folder: {type: local, root: /srv, bucket: samples}
rules:
  - {name: samples, match: {glob: 's3://ml-a/**/metrics/*.png'}, backend: aws, check_exists: true}
  - {name: uploads, match: {bucket: ml-b, prefix: up/}, methods: [GET, PUT, DELETE], backend: aws}
  - {name: searched, match: {regex: 's3://ml-.*'}, backend: aws}
  - {name: moved, match: {glob: 's3://old/[ab]/**'}, rewrite: {bucket: new}, backend: onprem}
  - {name: hosted, match: {glob: ['s3://minio:9000/data/x/**', 's3://minio/data/y/{1,2}/*']}, backend: onprem}
  - {name: gs, match: {glob: \"gs://team/it's/**\"}, backend: google}
  - {name: gs-writable, match: {bucket: inbox}, methods: [PUT], backend: google}
  - {name: az, match: {glob: 'azure://mlstore.blob.core.windows.net/models/**'}, backend: azure}
  - {name: local, match: {glob: 'local://samples/**'}, backend: folder}
";

/// Of a configuration whose secrets are nowhere: it is read, and nothing is built.
fn policy(arguments: &[&str]) -> Ran {
    run_with(CONFIG, &[&["policy"], arguments].concat(), "")
}

fn document(backend: &str) -> Value {
    let ran = policy(&["--backend", backend]);
    assert_eq!(ran.code, 0, "{}", ran.errors);
    serde_json::from_str(&ran.output).unwrap()
}

#[test]
fn s3_gets_an_iam_policy_with_no_more_than_each_rule_wants() {
    let document = document("aws");
    assert_eq!(document["Version"], "2012-10-17");
    let statement = |sid: &str, actions: &[&str], resource: &str| json!({"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": format!("arn:aws-cn:s3:::{resource}")});
    assert_eq!(
        document["Statement"],
        json!([
            statement("Rule1Objects", &["s3:GetObject"], "ml-a/*/metrics/*.png"),
            statement("Rule1Exists", &["s3:ListBucket"], "ml-a"),
            statement(
                "Rule2Objects",
                &["s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload", "s3:DeleteObject"],
                "ml-b/up/*"
            ),
            statement("Rule3Objects", &["s3:GetObject"], "ml-a/*"),
            statement("Rule4Objects", &["s3:GetObject"], "ml-b/*"),
        ])
    );
}

#[test]
fn a_store_with_a_host_of_its_own_has_its_buckets_behind_it() {
    let document = document("onprem");
    let resources: Vec<_> =
        document["Statement"].as_array().unwrap().iter().map(|one| one["Resource"].clone()).collect();
    assert_eq!(resources, ["arn:aws:s3:::new/*", "arn:aws:s3:::data/x/*", "arn:aws:s3:::data/y/*"]);
}

#[test]
fn google_gets_role_bindings_with_conditions_on_names() {
    let document = document("google");
    let binding = &document["buckets"]["team"]["bindings"][0];
    assert_eq!(binding["role"], "roles/storage.objectViewer");
    let condition = "resource.name.startsWith('projects/_/buckets/team/objects/it\\'s/')";
    assert_eq!(binding["condition"], json!({"title": "gs", "expression": condition}));
    assert_eq!(document["buckets"]["inbox"]["bindings"][0]["role"], "roles/storage.objectUser");
    assert!(document["buckets"]["inbox"]["bindings"][0].get("condition").is_none());
}

#[test]
fn a_key_that_roles_do_not_reach_is_told_so() {
    let ran = policy(&["--backend", "azure"]);
    assert_eq!((ran.code, ran.output.as_str()), (0, "[]\n"));
    assert!(ran.errors.contains("has no roles"), "{}", ran.errors);
}

#[test]
fn all_backends_come_in_one_document_and_a_folder_needs_nothing() {
    let ran = policy(&[]);
    let document: Value = serde_json::from_str(&ran.output).unwrap();
    let names: Vec<_> = document.as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["aws", "azure", "google", "onprem"]);
    assert!(ran.errors.contains("folder: backends of type 'local' need no policy"), "{}", ran.errors);
    let unknown = policy(&["--backend", "gone"]);
    assert!(unknown.code == 1 && unknown.errors.contains("'gone' is not configured"), "{}", unknown.errors);
}
