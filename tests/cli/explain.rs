//! `explain`.

use serde_json::Value;

use crate::support::{AT, CONFIG, run, run_with};

fn explain(more: &[&str]) -> String {
    run(&[&["explain", "--at", AT], more].concat()).fine()
}

fn explained(more: &[&str]) -> Value {
    serde_json::from_str(&explain(&[&["--json"], more].concat())).unwrap()
}

#[test]
fn every_step_of_a_request_is_told() {
    insta::assert_snapshot!(explain(&["--as", "user=ada,company=ours,role=user", "s3://examplebucket/staff/a b.txt"]));
}

#[test]
fn the_bound_that_won_is_named_beside_all_others() {
    let link = &explained(&["--as", "user=ada", "s3://examplebucket/staff/x"])["link"];
    assert_eq!((link["life"]["bound"].as_str(), link["life"]["seconds"].as_u64()), (Some("rule"), Some(600)));
    let ends = link["life"]["ends"].as_array().unwrap();
    let bounds: Vec<_> =
        ends.iter().map(|end| (end["bound"].as_str().unwrap(), end["seconds"].as_u64().unwrap())).collect();
    assert_eq!(bounds, [("rule", 600), ("provider", 604_800)]);
    assert_eq!(ends[1]["at"], "2013-05-31T00:00:00Z");
}

#[test]
fn a_refusal_says_more_than_a_caller_is_told() {
    let told = explained(&["s3://examplebucket/staff/x"]);
    assert_eq!(told["decision"]["code"], "forbidden");
    assert_eq!(told["decision"]["reason"], "the rule does not allow this caller");
    assert_eq!(told["link"], Value::Null);
    let verdicts: Vec<_> =
        told["rules"].as_array().unwrap().iter().map(|rule| rule["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["differs", "matches", "differs", "comes_later"]);
    let unmatched = explained(&["s3://other/x"]);
    assert_eq!(unmatched["decision"]["reason"], "no rule matches");
    let method = explained(&["--method", "PUT", "s3://examplebucket/x"]);
    assert_eq!(method["decision"]["code"], "method_not_allowed");
}

#[test]
fn what_is_no_storage_url_is_explained_too() {
    let told = explained(&["http://elsewhere.example/x/y"]);
    assert_eq!((told["object"].clone(), told["decision"]["code"].as_str()), (Value::Null, Some("invalid_request")));
    assert!(explain(&["nonsense"]).contains("refused, invalid_request: the URL does not start with"));
}

#[test]
fn rewritten_places_and_overridden_headers_are_told() {
    let config =
        CONFIG.replace("    ttl: 1d\n", "    ttl: 1d\n    rewrite: {prefix: archive/}\n    check_exists: true\n");
    let ran = run_with(&config, &["explain", "s3://examplebucket/page.html"], "").fine();
    assert!(ran.contains("location  s3://examplebucket/archive/page.html\n"), "{ran}");
    assert!(ran.contains("header    content-disposition: attachment; filename=page.html\n"), "{ran}");
    assert!(ran.contains("the store is asked first"), "{ran}");
}

#[test]
fn every_spelling_of_an_endpoint_is_told() {
    let config = "\
auth: {provider: none}
backends:
  onprem:
    type: s3
    endpoint: http://minio:9000
    public_endpoint: https://minio.example
    region: us-east-1
    credentials: {source: static, access_key: MINIOKEY, secret_key: {env: EXAMPLE_SECRET}}
rules: [{name: all, match: {glob: 's3://minio.example/b/**'}, backend: onprem}]
";
    let told = run_with(config, &["explain", "s3://minio:9000/b/k"], "").fine();
    assert!(told.contains("s3://minio.example/b/k\n") && told.contains("s3://minio:9000/b/k\n"), "{told}");
    assert!(told.contains("decision  granted"), "{told}");
}
