//! YAML: what is read, what is refused, and that nothing makes the parser stumble.

use presign_core::FixedEnvironment;
use presign_gateway::config;
use proptest::prelude::*;

use crate::{SMALL, accepted_with, refused, registry, with_more};

#[test]
fn a_field_given_twice_is_refused_with_both_lines() {
    assert_eq!(
        refused(&with_more("signing:\n  min_ttl: 1m\n  default_ttl: 1h\n  min_ttl: 2m\nauth: {provider: static}\n")),
        "config.yaml:1: auth: 'auth' is given again on line 8 (first on line 1): remove one of the two\n\
         config.yaml:5: signing.min_ttl: 'min_ttl' is given again on line 7 (first on line 5): remove one of the two"
    );
}

#[test]
fn aliases_and_merges_are_read_and_keep_their_line() {
    let text = "\
auth: {provider: none}
backends:
  oak: &wood {type: shelf, endpoint: a}
  elm: {<<: *wood, endpoint: b}
  fir: *wood
rules: [{name: all, match: {bucket: b}}]
";
    let config = accepted_with(text, &[]);
    assert_eq!(config.backends["elm"].options["endpoint"], "b");
    assert_eq!(config.backends["fir"].options["endpoint"], "a");
    let wrong = text.replace("fir: *wood", "fir: {<<: *wood, colour: red}");
    assert!(refused(&wrong).starts_with("config.yaml:5: backends.fir.colour: "), "{}", refused(&wrong));
}

#[test]
fn an_alias_bomb_is_refused() {
    let level = |level: usize| format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 10].join(", "));
    let levels: Vec<String> = (1..9).map(level).collect();
    let text = format!("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n{}", levels.concat());
    assert!(refused(&text).contains("with more aliases than a configuration can need"), "{}", refused(&text));
    let deep = "[".repeat(10_000);
    assert!(refused(&deep).starts_with("config.yaml:1: "), "{}", refused(&deep));
}

#[test]
fn broken_yaml_is_refused_with_its_line() {
    for (text, start) in [
        ("auth: {provider: none\nserver: 1\n", "config.yaml:2: not YAML: "),
        ("auth:\n\tprovider: none\n", "config.yaml:2: not YAML: "),
        ("auth: *nobody\n", "config.yaml:1: "),
        (
            "auth: {provider: none}\n---\nauth: {provider: none}\n",
            "config.yaml:3: a configuration is one YAML document",
        ),
        ("- a\n- b\n", "config.yaml: expected a section of fields, found a list"),
        ("just a text", "config.yaml: expected a section of fields, found a text"),
    ] {
        let said = refused(text);
        assert!(said.starts_with(start), "{text:?}: {said}");
    }
}

#[test]
fn words_that_older_yaml_took_for_true_are_texts() {
    let text = SMALL.replace("bucket: b", "bucket: on, prefix: no");
    let config = accepted_with(&text, &[]);
    assert_eq!(config.rules[0].matcher.prefix.as_deref(), Some("no"));
    let text = SMALL.replace("backend: oak", "backend: oak, check_exists: yes");
    assert_eq!(refused(&text), "config.yaml:3: rules[0].check_exists: expected true or false, found a text");
}

#[test]
fn a_number_where_a_text_belongs_says_how_to_make_it_one() {
    let text = SMALL.replace("bucket: b", "bucket: 2024");
    assert_eq!(
        refused(&text),
        "config.yaml:3: rules[0].match.bucket: expected a text, found a number: put it in quotes"
    );
}

fn never_panics(text: &str, variables: &[(String, String)]) {
    let environment = FixedEnvironment::new(variables.to_vec());
    if let Err(problems) = config::load(text, "config.yaml", &environment, &registry()) {
        assert!(problems.has_errors() && !problems.to_string().is_empty());
    }
}

/// Text of the characters that mean something to YAML.
fn yaml_like() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("auth"),
        Just("rules"),
        Just("backends"),
        Just("type: shelf"),
        Just(": "),
        Just("- "),
        Just("\n"),
        Just("  "),
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just(","),
        Just("&a "),
        Just("*a"),
        Just("<<"),
        Just("'"),
        Just("\""),
        Just("|"),
        Just(">"),
        Just("!!str "),
        Just("#"),
        Just("~"),
        Just("1e999"),
        Just("-.inf"),
        Just("é"),
        Just("? "),
    ];
    proptest::collection::vec(word, 0..40).prop_map(|words| words.concat())
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>(), yaml in yaml_like()) {
        never_panics(&text, &[]);
        never_panics(&yaml, &[]);
        never_panics(&format!("{SMALL}{yaml}"), &[]);
    }

    #[test]
    fn no_variable_makes_the_parser_panic(name in "[A-Z_0-9]{0,20}", value in yaml_like(), other in any::<String>()) {
        never_panics(SMALL, &[(format!("PRESIGN__{name}"), value.clone()), ("PRESIGN__RULES__0".to_owned(), other)]);
        never_panics(SMALL, &[("PRESIGN__AUTH".to_owned(), value)]);
    }
}
