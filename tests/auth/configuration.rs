//! Mistakes in the configuration.

use presign_gateway::auth;
use serde_json::{Value, json};

use crate::support::{config, environment};

fn problems(value: Value) -> Vec<(String, String)> {
    let error = auth::check(&config(value), &environment()).unwrap_err();
    error.problems.into_iter().map(|problem| (problem.field, problem.message)).collect()
}

fn fields(value: Value) -> Vec<String> {
    problems(value).into_iter().map(|(field, _)| field).collect()
}

fn clearml(section: Value) -> Value {
    Value::from_iter([("provider", json!("clearml")), ("clearml", section)])
}

#[test]
fn a_provider_needs_its_section() {
    assert_eq!(fields(json!({"provider": "clearml"})), ["clearml"]);
    assert_eq!(fields(json!({"provider": "static"})), ["static"]);
}

#[test]
fn an_api_server_is_an_http_url_without_credentials_query_and_fragment() {
    for url in [
        "",
        "api.clearml.example",
        "ftp://api.clearml.example",
        "https://",
        "https://user:pass@api.clearml.example",
        "https://api.clearml.example?x=1",
        "https://api.clearml.example#x",
    ] {
        let found = problems(clearml(json!({"api_server": url})));
        assert_eq!(found[0].0, "clearml.api_server", "{url}");
        assert!(found[0].1.contains("https://app.clearml.example/api"), "{url}: {}", found[0].1);
        assert!(!found[0].1.contains("pass"), "{url}: {}", found[0].1);
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let section = json!({
        "api_server": "nowhere",
        "access_key": "key",
        "validation": "token_secret",
        "cookie_names": ["good", "bad name"],
        "timeout": "0",
    });
    let expected = [
        "clearml.api_server",
        "clearml.secret_key",
        "clearml.token_secret",
        "clearml.cookie_names[1]",
        "clearml.timeout",
    ];
    assert_eq!(fields(clearml(section)), expected);
}

#[test]
fn keys_come_in_pairs_and_must_be_there() {
    let url = "https://api.clearml.example";
    let secret = json!({"env": "SYSTEM_SECRET"});
    assert_eq!(fields(clearml(json!({"api_server": url, "secret_key": secret}))), ["clearml.access_key"]);
    let unset = json!({"api_server": url, "access_key": "key", "secret_key": {"env": "NOT_SET"}});
    let found = problems(clearml(unset));
    assert_eq!(found, [("clearml.secret_key".into(), "the environment variable NOT_SET is not set".into())]);
    assert_eq!(fields(clearml(json!({"api_server": url, "validation": "validate_token"}))), ["clearml.access_key"]);
}

#[test]
fn a_cookie_name_is_one_that_a_cookie_can_have() {
    for name in ["", "*", "a b", "a=b", "a;b", "a*b", "naïve"] {
        let section = json!({"api_server": "https://api.clearml.example", "cookie_names": [name]});
        assert_eq!(fields(clearml(section)), ["clearml.cookie_names[0]"], "{name}");
    }
}

#[test]
fn static_tokens_are_checked() {
    let token = |name: &str, user: &str| json!({"token": {"env": name}, "user": user});
    let tokens = |tokens: Value| json!({"provider": "static", "static": {"tokens": tokens, "cookie_names": ["a b"]}});
    let found = fields(tokens(json!([
        token("DEMO_TOKEN", "a"),
        token("DEMO_TOKEN", "b"),
        token("NOT_SET", "c"),
        token("OTHER_TOKEN", ""),
    ])));
    let expected =
        ["static.tokens[1].token", "static.tokens[2].token", "static.tokens[3].user", "static.cookie_names[0]"];
    assert_eq!(found, expected);
    assert_eq!(fields(tokens(json!([]))), ["static.tokens", "static.cookie_names[0]"]);
}
