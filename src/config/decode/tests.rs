use presign_core::{HumanDuration, SecretRef};
use serde::Deserialize;
use serde_json::json;

use super::*;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "what is read is not looked at, only whether it can be read")]
struct Shelf {
    name: String,
    count: u32,
    ttl: HumanDuration,
    kind: Kind,
    #[serde(default)]
    books: Vec<Shelf>,
    #[serde(default)]
    credentials: Option<Credentials>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    Wood,
    Metal,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "source", rename_all = "snake_case", deny_unknown_fields)]
#[expect(dead_code, reason = "what is read is not looked at, only whether it can be read")]
enum Credentials {
    Static { access_key: String, secret_key: SecretRef, port: Option<u16> },
    Profile { name: String },
}

fn problems(value: Value) -> Vec<String> {
    let decoded = decode::<Shelf>(value, &Path::root().key("shelf"));
    decoded.findings.0.iter().map(|finding| format!("{}: {}", finding.path, finding.message)).collect()
}

fn shelf() -> Value {
    json!({"name": "a", "count": 1, "ttl": "1m", "kind": "wood"})
}

#[test]
fn a_value_without_a_fault_is_read_as_it_stands() {
    let decoded = decode::<Shelf>(shelf(), &Path::root());
    assert!(decoded.value.is_some() && decoded.findings.0.is_empty() && decoded.mended.is_empty());
}

#[test]
fn all_faults_of_a_section_are_found_at_once() {
    let value = json!({"nmae": "a", "count": "x", "kind": "wodo", "books": [{"name": 1}, shelf(), 3]});
    insta::assert_snapshot!(problems(value).join("\n"), @"");
}

#[test]
fn what_is_mended_is_still_read() {
    let value = json!({"count": "x", "books": [3, shelf()]});
    let decoded = decode::<Shelf>(value, &Path::root());
    let shelf = decoded.value.unwrap();
    assert_eq!(shelf.books.len(), 2, "an entry keeps its number");
    assert_eq!(shelf.books[1].count, 1);
}

#[test]
fn the_wrong_field_of_a_tagged_section_is_named() {
    let mut value = shelf();
    value["credentials"] = json!({"source": "static", "access_key": "AKIA", "secret_key": "hunter2", "port": "x"});
    insta::assert_snapshot!(problems(value).join("\n"), @"");
    let mut value = shelf();
    value["credentials"] = json!({"source": "static", "secretkey": "hunter2"});
    insta::assert_snapshot!(problems(value).join("\n"), @"");
    let mut value = shelf();
    value["credentials"] = json!({"access_key": "AKIA"});
    insta::assert_snapshot!(problems(value).join("\n"), @"");
    let mut value = shelf();
    value["credentials"] = json!({"source": "sttic", "access_key": "AKIA"});
    insta::assert_snapshot!(problems(value).join("\n"), @"");
}

#[test]
fn a_field_without_a_value_is_refused() {
    let mut value = shelf();
    value["credentials"] = Value::Null;
    assert_eq!(problems(value), ["shelf.credentials: a field without a value: give it one, or remove it"]);
}
