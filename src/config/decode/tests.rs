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
    assert_eq!(
        problems(value),
        [
            "shelf.books[0].name: expected a text, found a number: put it in quotes",
            "shelf.books[0]: the field 'count' is missing",
            "shelf.books[0]: the field 'ttl' is missing",
            "shelf.books[0]: the field 'kind' is missing",
            "shelf.books[2]: expected a section of fields, found a number",
            "shelf.count: expected a whole number, found a text",
            "shelf.kind: not one of 'wood', 'metal'; did you mean 'wood'?",
            "shelf.nmae: there is no field 'nmae' here; did you mean 'name'?",
            "shelf: the field 'name' is missing",
            "shelf: the field 'ttl' is missing",
        ]
    );
}

#[test]
fn what_is_mended_is_still_read() {
    let value = json!({"count": "x", "books": [3, shelf()]});
    let decoded = decode::<Shelf>(value, &Path::root());
    let shelf = decoded.value.unwrap();
    assert_eq!(shelf.books.len(), 2, "an entry keeps its number");
    assert_eq!(shelf.books[1].count, 1);
}

fn credentials(credentials: Value) -> Vec<String> {
    let mut value = shelf();
    value["credentials"] = credentials;
    problems(value)
}

#[test]
fn the_wrong_field_of_a_tagged_section_is_named() {
    assert_eq!(
        credentials(json!({"source": "static", "access_key": "AKIA", "secret_key": "hunter2", "port": "x"})),
        [
            "shelf.credentials.port: expected a whole number, found a text",
            "shelf.credentials.secret_key: give a reference instead of the value: {env: NAME} or {file: PATH}",
        ]
    );
    assert_eq!(
        credentials(json!({"source": "static", "access_key": "AKIA", "secretkey": "hunter2"})),
        [
            "shelf.credentials.secretkey: there is no field 'secretkey' here; did you mean 'secret_key'?",
            "shelf.credentials: the field 'secret_key' is missing",
        ]
    );
}

#[test]
fn a_word_that_decides_which_fields_there_are_is_not_guessed_from_nothing() {
    let unknown = "shelf.credentials.source: not one of 'static', 'profile'";
    assert_eq!(credentials(json!({"source": "vault", "name": "a", "role": "b"})), [unknown]);
    assert_eq!(credentials(json!({"name": "a"})), ["shelf.credentials: the field 'source' is missing"]);
    let near = credentials(json!({"source": "profil", "nmae": "a"}));
    assert_eq!(near.len(), 3, "{near:?}");
    assert!(near[0].ends_with("did you mean 'profile'?") && near[1].contains("did you mean 'name'?"), "{near:?}");
}

#[test]
fn a_list_is_no_section() {
    assert_eq!(problems(json!(["a", 1, "1m", "wood"])), ["shelf: expected a section of fields, found a list"]);
}

#[test]
fn a_field_without_a_value_is_refused() {
    let mut value = shelf();
    value["credentials"] = Value::Null;
    assert_eq!(problems(value), ["shelf.credentials: a field without a value: give it one, or remove it"]);
}
