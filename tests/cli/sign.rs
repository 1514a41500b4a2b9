//! `sign`.

use serde_json::Value;

use crate::support::{AT, CONFIG, Ran, run, run_bare, run_with};

const URL: &str = "s3://examplebucket/test.txt";
/// Amazon's own, from the documentation.
const DOCUMENTED: &str = "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
    &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z\
    &X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
    &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

fn sign(more: &[&str]) -> Ran {
    run(&[&["sign", "--at", AT], more].concat())
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn a_fixed_time_reproduces_amazons_documented_link() {
    for url in [
        URL,
        "https://examplebucket.s3.amazonaws.com/test.txt",
        "https://s3.amazonaws.com/examplebucket/test.txt",
        "s3://s3.amazonaws.com/examplebucket/test.txt",
    ] {
        assert_eq!(sign(&[url]).fine(), format!("{DOCUMENTED}\n"), "{url}");
    }
}

#[test]
fn the_json_form_says_all_about_the_link() {
    let link = &lines(&sign(&["--json", URL]).fine())[0];
    let expected = serde_json::json!({
        "url": DOCUMENTED,
        "method": "GET",
        "headers": {},
        "expires_at": "2013-05-25T00:00:00Z",
        "backend": "aws",
        "rule": "all",
    });
    assert_eq!(*link, expected);
}

#[test]
fn urls_come_from_arguments_and_from_standard_input_in_their_order() {
    let input = "s3://examplebucket/b\n\ns3://examplebucket/c d\n";
    let arguments = ["sign", "--at", AT, "s3://examplebucket/a", "-", "s3://examplebucket/e"];
    let links = run_with(CONFIG, &arguments, input).fine();
    let paths: Vec<_> = links.lines().map(|link| link.split(['?', '/']).nth(3).unwrap()).collect();
    assert_eq!(paths, ["a", "b", "c%20d", "e"]);
}

#[test]
fn a_failure_does_not_keep_the_others_from_being_signed() {
    let ran = sign(&["s3://examplebucket/private/x", URL, "nonsense"]);
    assert_eq!((ran.code, ran.output), (1, format!("{DOCUMENTED}\n")));
    let said: Vec<_> = ran.errors.lines().collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(said[0].starts_with("s3://examplebucket/private/x: forbidden: the rule has no backend"), "{said:?}");
    assert!(said[1].starts_with("nonsense: invalid_request: the URL does not start with s3://"), "{said:?}");
}

#[test]
fn failures_as_json_have_the_codes_of_the_gateway() {
    let long = format!("s3://examplebucket/{}", "k".repeat(1025));
    let ran = sign(&[
        "--json",
        "nonsense",
        "s3://examplebucket/../x",
        "s3://other/x",
        "s3://examplebucket/private/x",
        &long,
        URL,
    ]);
    assert_eq!((ran.code, ran.errors.as_str()), (1, ""));
    let said = lines(&ran.output);
    let codes: Vec<_> = said.iter().map(|line| line["error"]["code"].as_str()).collect();
    let invalid = Some("invalid_request");
    assert_eq!(codes, [invalid, invalid, Some("forbidden"), Some("forbidden"), Some("key_too_long"), None]);
    assert_eq!(said[2]["input"], "s3://other/x");
    assert_eq!(said[2]["error"]["detail"], "no rule matches");
    assert_eq!(said[5]["url"], DOCUMENTED);
}

#[test]
fn rules_see_the_caller_that_as_names() {
    let staff = "s3://examplebucket/staff/x";
    assert!(sign(&[staff]).failed().contains("forbidden: the rule does not allow this caller: say who it is"));
    assert!(!sign(&["--as", "user=eve", staff]).failed().contains("--as"));
    for who in ["user=ada", "role=admin,company=ours", "user=eve,role=admin"] {
        assert_eq!(sign(&["--as", who, staff]).fine().lines().count(), 1, "{who}");
    }
    assert!(sign(&["--as", "user=ada,company=left", staff]).failed().contains("the rule denies this caller"));
}

#[test]
fn a_method_that_the_rule_does_not_have_is_refused_with_those_it_has() {
    let refused = sign(&["--method", "DELETE", "s3://examplebucket/upload/x"]).failed();
    assert!(refused.contains("method_not_allowed: the rule does not allow this method, only GET, PUT"), "{refused}");
    let put = &lines(&sign(&["--json", "--method", "put", "s3://examplebucket/upload/x"]).fine())[0];
    assert_eq!((put["method"].as_str(), put["rule"].as_str()), (Some("PUT"), Some("writable")));
}

#[test]
fn a_wish_for_a_life_shortens_it_and_never_extends_it() {
    let ends = |ttl: &str, url: &str| {
        lines(&sign(&["--json", "--as", "user=ada", "--ttl", ttl, url]).fine())[0]["expires_at"].clone()
    };
    assert_eq!(ends("5m", URL), "2013-05-24T00:05:00Z");
    assert_eq!(ends("7d", URL), "2013-05-25T00:00:00Z");
    assert_eq!(ends("1h", "s3://examplebucket/staff/x"), "2013-05-24T00:10:00Z");
}

#[test]
fn a_download_has_the_objects_name_or_another() {
    assert!(
        sign(&["--download", URL]).fine().contains("response-content-disposition=attachment%3B%20filename%3Dtest.txt")
    );
    assert!(sign(&["--download=other.txt", URL]).fine().contains("filename%3Dother.txt"));
    let by_rule = sign(&["s3://examplebucket/page.html"]).fine();
    assert!(by_rule.contains("response-content-disposition=attachment%3B%20filename%3Dpage.html"), "{by_rule}");
}

#[test]
fn a_backend_signs_past_the_rules_but_only_what_is_its_own() {
    let link = &lines(&sign(&["--json", "--backend", "aws", "s3://examplebucket/private/x"]).fine())[0];
    assert_eq!((link["rule"].clone(), link["backend"].as_str()), (Value::Null, Some("aws")));
    assert_eq!(link["expires_at"], "2013-05-24T01:00:00Z", "the configuration's default");
    assert_eq!(sign(&["--backend", "aws", "--ttl", "1d", URL]).fine(), format!("{DOCUMENTED}\n"));
    let other = sign(&["--backend", "aws", "s3://other/x"]).failed();
    assert!(other.contains("s3://other/x: forbidden: the backend does not serve this location"), "{other}");
    let saved = sign(&["--backend", "aws", "--download", URL]).fine();
    assert!(saved.contains("filename%3Dtest.txt"), "{saved}");
}

#[test]
fn a_backend_that_does_not_exist_is_one_mistake() {
    let said = sign(&["--backend", "azure", URL, URL]).failed();
    assert_eq!(said, "the backend 'azure' is not configured: there are 'aws'\n");
}

#[test]
fn links_that_no_running_gateway_accepts_come_with_a_warning() {
    let ran = run_bare(&["sign", "--at", AT, "local://samples/demo/a", "local://samples/demo/b"], "");
    assert_eq!((ran.code, ran.output.lines().count()), (0, 2));
    assert_eq!(ran.errors.matches("warning: links of the backend 'samples'").count(), 1, "{}", ran.errors);
}

#[test]
fn links_of_a_folder_with_a_secret_of_its_own_are_reproducible() {
    let folder = tempfile::tempdir().unwrap();
    let config = format!(
        "auth: {{provider: none}}
backends: {{shelf: {{type: local, root: '{}', bucket: b, link_secret: {{env: EXAMPLE_SECRET}}}}}}
rules: [{{name: all, match: {{bucket: b}}, backend: shelf}}]
",
        folder.path().display()
    );
    let sign = || run_with(&config, &["sign", "--at", AT, "local://b/k"], "").fine();
    assert_eq!(sign(), sign());
}

#[test]
fn a_configuration_with_problems_signs_nothing() {
    let said = run_with(&CONFIG.replace("ttl: 1d", "ttl: 1y"), &["sign", URL], "").failed();
    assert!(said.contains("rules[3].ttl"), "{said}");
    let missing = run_bare(&["--config", "missing.yaml", "sign", URL], "").failed();
    assert!(missing.starts_with("the configuration missing.yaml cannot be read"), "{missing}");
}
