//! All problems of a file at once, each with its line, its path and the remedy.

use std::collections::BTreeMap;

use presign_core::FixedEnvironment;
use presign_gateway::{
    config::{self, Path},
    rules::RuleSet,
};

use crate::{SMALL, accepted_with, refused, registry, warnings, with_more};

#[test]
fn a_small_configuration_is_accepted_without_a_warning() {
    assert_eq!(warnings(SMALL), "");
    let config = accepted_with(SMALL, &[]);
    assert_eq!(config.backends["oak"].kind, "shelf");
    assert_eq!(config.rules[0].name, "all");
}

#[test]
fn all_problems_of_a_file_are_reported_at_once_in_the_order_of_lines() {
    let text = "\
server:
  lisen: 127.0.0.1:8080
  admin_listen: somewhere
  limits: {max_headers: many, max_header_bytes: 100}
auth:
  provider: clearm
signing: {default_ttl: 15, min_tll: 1m}
backends:
  oak: {type: shelf, endpoint: 12, colour: brown}
  pine: {typ: shelf}
  elm: {type: s4}
rules:
  - name: one
    match: {glb: '**', regex: {}}
    metods: [GET]
    ttl: soon
  - match: {glob: '**'}
    methods: [GET, FETCH]
  - just a text
";
    insta::assert_snapshot!(refused(text));
}

#[test]
fn what_belongs_to_a_mistake_is_not_reported_again() {
    // The stand-in for 'listen' is no loopback address, or it is: nothing is said of it.
    let text = "auth: {provider: none}\nserver: {listen: anywhere}\n";
    assert_eq!(
        without_warnings(&refused(text)),
        "config.yaml:2: server.listen: not an address with a port, as in 127.0.0.1:8080"
    );
}

#[test]
fn a_field_without_a_value_is_refused_because_it_might_open_what_it_should_close() {
    let text = "\
auth: {provider: none}
backends: {oak: {type: shelf, endpoint: x}}
rules:
  - name: all
    match: {bucket: b}
    backend: oak
    allow:
      # roles: [admin]
";
    assert_eq!(refused(text), "config.yaml:7: rules[0].allow: a field without a value: give it one, or remove it");
}

#[test]
fn a_file_with_nothing_in_it_says_what_it_needs() {
    for text in ["", "# nothing yet\n", "---\n"] {
        let said = refused(text);
        assert!(said.lines().any(|line| line == "config.yaml: the field 'auth' is missing"), "{text:?}: {said}");
    }
}

#[test]
fn a_configuration_that_refuses_everything_says_so() {
    assert_eq!(
        warnings("auth: {provider: none}\n"),
        "config.yaml: warning: backends: there are no backends, so nothing can be signed: add one\n\
         config.yaml: warning: rules: there are no rules, so every request is refused: add one"
    );
}

#[test]
fn the_wrong_field_of_a_tagged_section_is_named() {
    let text = "\
auth: {provider: none}
rules: [{name: all, match: {bucket: b}}]
backends:
  a: {type: shelf, endpoint: x, credentials: {source: static, access_key: 12, secret_kye: {env: A}}}
  b:
    type: shelf
    endpoint: x
    credentials:
      source: statc
  c:
    type: shelf
    endpoint: x
    credentials:
      access_key: a
";
    insta::assert_snapshot!(refused(text));
}

#[test]
fn later_checks_add_what_they_find_at_its_line() {
    let text = "\
auth: {provider: none}
backends: {oak: {type: shelf, endpoint: x}}
rules:
  - name: one
    match: {glob: 's3://b/**'}
  - name: two
    match:
      glob: ['s3://c/**',
             's3://[']
    tll: 5m
";
    let mut draft = config::read(text, "config.yaml", &FixedEnvironment::default(), &registry()).unwrap();
    let found = |field: &str, message: &str| presign_core::Problem { field: field.into(), message: message.into() };
    draft.errors(&Path::root(), &[found("rules[1].match.glob[1]", "is no glob")]);
    draft.warnings(&Path::root().key("backends").key("oak"), &[found("endpoint", "looks odd")]);
    let rule = Path::root().key("rules").index(0);
    draft.warning(&rule, "is never reached");
    insta::assert_snapshot!(draft.finish().unwrap_err());
}

#[test]
fn what_an_authenticator_and_a_rule_set_find_stands_beside_the_rest() {
    let text = "\
auth:
  provider: clearml
  clearml:
    api_server: http://api
    access_key: A
server: {lisen: 1}
rules:
  - {name: one, match: {glob: 's3://['}, backend: nowhere}
";
    let environment = FixedEnvironment::default();
    let mut draft = config::read(text, "config.yaml", &environment, &registry()).unwrap();
    let auth = presign_gateway::auth::check(&draft.config().auth, &environment).unwrap_err();
    draft.errors(&Path::root().key("auth"), &auth.problems);
    let rules = RuleSet::build(&draft.config().rules, &BTreeMap::new(), &draft.config().signing).unwrap_err();
    draft.errors(&Path::root(), &rules);
    insta::assert_snapshot!(draft.finish().unwrap_err());
}

#[test]
fn a_hundred_problems_are_enough() {
    let more: Vec<String> = (0..500).map(|index| format!("unknown{index}: 1\n")).collect();
    assert_eq!(refused(&with_more(&more.concat())).lines().count(), 100);
}

fn without_warnings(problems: &str) -> String {
    problems.lines().filter(|line| !line.contains(": warning: ")).collect::<Vec<_>>().join("\n")
}
