//! A secret in the wrong place is refused, and never repeated.

use presign_core::FixedEnvironment;
use presign_gateway::config;
use proptest::prelude::*;
use serde_json::json;

use crate::{accepted_with, refused, registry};

const TEMPLATE: &str = "\
server: {listen: '127.0.0.1:8080'}
auth:
  provider: clearml
  clearml: {api_server: http://api, access_key: {env: A}, secret_key: {env: S}}
  static:
    tokens:
      - {token: {env: T}, user: u}
backends:
  oak:
    type: shelf
    endpoint: http://oak
    credentials: {source: static, access_key: AKIA, secret_key: {env: S}}
rules:
  - {name: all, match: {bucket: b}, backend: oak}
";

/// Ways to get a secret wrong: what is replaced, and by what, `SECRET` standing for the secret.
const MISTAKES: [(&str, &str); 20] = [
    ("secret_key: {env: S}}\n  static", "secret_key: SECRET}\n  static"),
    ("secret_key: {env: S}}\n  static", "secret_key: {value: SECRET}}\n  static"),
    ("secret_key: {env: S}}\n  static", "secret_key: [SECRET]}\n  static"),
    ("secret_key: {env: S}}\n  static", "secret_key: {env: S, file: SECRET}}\n  static"),
    ("secret_key: {env: S}}\n  static", "aws_secret: SECRET}\n  static"),
    ("secret_key: {env: S}}\n  static", "secret_key:SECRET}\n  static"),
    ("secret_key: {env: S}}\n  static", "secret_key: {SECRET}}\n  static"),
    ("access_key: {env: A}", "access_key: {SECRET: A}"),
    ("access_key: {env: A}", "access_key: [SECRET]"),
    ("{token: {env: T}, user: u}", "{token: SECRET, user: u}"),
    ("{token: {env: T}, user: u}", "SECRET"),
    ("{token: {env: T}, user: u}", "{user: u, password: SECRET}"),
    ("access_key: AKIA, secret_key: {env: S}", "access_key: AKIA, secret_key: SECRET"),
    ("access_key: AKIA, secret_key: {env: S}", "access_key: [SECRET], secret_key: {env: S}"),
    ("access_key: AKIA, secret_key: {env: S}", "access_key: AKIA, secret: SECRET"),
    ("access_key: AKIA, secret_key: {env: S}", "access_key: AKIA, secret_key: {env: {a: SECRET}}"),
    ("{source: static, access_key: AKIA, secret_key: {env: S}}", "SECRET"),
    ("{source: static, access_key: AKIA, secret_key: {env: S}}", "{source: SECRET}"),
    ("{source: static, access_key: AKIA, secret_key: {env: S}}", "{source: env, secret_key: SECRET}"),
    ("type: shelf", "type: shelf\n    token: SECRET\n    token: SECRET"),
];

/// Secrets as they look, some of them with characters that mean something to YAML.
fn secret() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-z][A-Za-z0-9]{11,30}",
        "[1-9][0-9]{9,15}",
        "[A-Za-z0-9+/:@#&*{}=!]{12,30}",
        "[A-Z0-9]{20}:[a-z]{9}"
    ]
}

fn quoted(secret: &str) -> String {
    format!("'{}'", secret.replace('\'', "''"))
}

fn said_of(text: &str) -> String {
    match config::load(text, "config.yaml", &FixedEnvironment::default(), &registry()) {
        Err(problems) => format!("{problems}\n{problems:?}"),
        Ok(loaded) => format!("{}\n{:?}\n{}", loaded.warnings, loaded.config, loaded.config.redacted()),
    }
}

#[test]
fn the_template_of_these_tests_is_accepted() {
    accepted_with(TEMPLATE, &[]);
    for (place, _) in MISTAKES {
        assert!(TEMPLATE.contains(place), "{place}");
    }
}

#[test]
fn a_secret_in_place_of_a_reference_is_refused_with_the_remedy() {
    let said = refused(&TEMPLATE.replace("{token: {env: T}, user: u}", "{token: hunter2, user: u}"));
    assert!(
        said.contains(
            "config.yaml:7: auth.static.tokens[0].token: give a reference instead of the value: {env: NAME} or {file: PATH}"
        ),
        "{said}"
    );
    let said = refused(&TEMPLATE.replace("secret_key: {env: S}}\nrules", "secret_key: 12345}\nrules"));
    assert!(
        said.contains("config.yaml:12: backends.oak.credentials.secret_key: give a reference instead of the value"),
        "{said}"
    );
}

#[test]
fn the_configuration_that_is_shown_has_references_and_no_secrets() {
    let config = accepted_with(TEMPLATE, &[("PRESIGN__SERVER__LISTEN", "127.0.0.1:9")]);
    let shown = config.redacted();
    assert_eq!(shown["server"]["listen"], "127.0.0.1:9");
    assert_eq!(shown["auth"]["clearml"]["secret_key"], json!({"env": "S"}));
    assert_eq!(shown["backends"]["oak"]["type"], "shelf");
    assert_eq!(shown["backends"]["oak"]["credentials"]["access_key"], "<redacted>");
    assert_eq!(shown["backends"]["oak"]["credentials"]["source"], "static");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_secret_in_the_wrong_place_is_never_repeated(secret in secret(), quote in any::<bool>()) {
        let written = if quote { quoted(&secret) } else { secret.clone() };
        for (place, mistake) in MISTAKES {
            let text = TEMPLATE.replacen(place, &mistake.replace("SECRET", &written), 1);
            let said = said_of(&text);
            prop_assert!(!said.contains(&secret), "{}\n{}", text, said);
        }
    }

    #[test]
    fn a_secret_in_a_variable_is_never_repeated(secret in secret()) {
        for name in ["AUTH__CLEARML__SECRET_KEY", "BACKENDS__OAK__CREDENTIALS", "AUTH__STATIC__TOKENS__0__TOKEN", "TOKEN",
            "BACKENDS__OAK__CREDENTIALS__SECRET_KEY", "BACKENDS__OAK__TOKEN", "AUTH__STATIC__TOKENS"]
        {
            let variables = [(format!("PRESIGN__{name}"), secret.clone())];
            let environment = FixedEnvironment::new(variables);
            let problems = config::load(TEMPLATE, "config.yaml", &environment, &registry()).unwrap_err();
            prop_assert!(!format!("{problems} {problems:?}").contains(&secret), "{}: {}", name, problems);
        }
    }

    #[test]
    fn a_secret_where_the_syntax_breaks_is_never_repeated(secret in "[A-Za-z0-9]{12,30}", at in 0..TEMPLATE.len(), broken in "[{}\\[\\]'\":,&*!|>#@`\t-]{1,2}") {
        let text = TEMPLATE.replace("secret_key: {env: S}", &format!("secret_key: '{secret}'"));
        prop_assume!(text.is_char_boundary(at) && text.get(at..).is_some());
        let inside = text.match_indices(&secret).any(|(start, _)| (start..start + secret.len()).contains(&at));
        prop_assume!(!inside);
        let (before, after) = text.split_at(at);
        let said = said_of(&format!("{before}{broken}{after}"));
        prop_assert!(!said.contains(&secret), "{}", said);
    }
}
