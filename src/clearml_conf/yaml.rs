//! YAML for people to go on with.

use serde_json::{Map, Value};

/// How long a mapping may be to stand on one line.
const LINE: usize = 96;

/// Fields in the order in which one reads them; others follow by their names.
const ORDER: [&str; 19] = [
    "auth",
    "backends",
    "rules",
    "provider",
    "clearml",
    "type",
    "source",
    "name",
    "match",
    "account",
    "endpoint",
    "region",
    "credentials",
    "buckets",
    "containers",
    "access_key",
    "secret_key",
    "session_token",
    "backend",
];

fn in_order(fields: &Map<String, Value>) -> Vec<(&String, &Value)> {
    let mut fields: Vec<_> = fields.iter().collect();
    fields.sort_by_key(|(name, _)| ORDER.iter().position(|known| known == name).unwrap_or(ORDER.len()));
    fields
}

/// A mapping, with its fields below each other.
pub(super) fn document(fields: &Map<String, Value>) -> String {
    let mut text = String::new();
    for (name, value) in in_order(fields) {
        block(name, value, 0, &mut text);
    }
    text
}

fn block(name: &str, value: &Value, depth: usize, text: &mut String) {
    let margin = "  ".repeat(depth);
    let margin = margin.as_str();
    match value {
        Value::Object(fields) if depth < 2 || flow(value).len() > LINE => {
            text.extend([margin, scalar(name).as_str(), ":\n"]);
            for (name, value) in in_order(fields) {
                block(name, value, depth + 1, text);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) => {
            text.extend([margin, scalar(name).as_str(), ":\n"]);
            for item in items {
                text.extend([margin, "  - ", flow(item).as_str(), "\n"]);
            }
        }
        other => text.extend([margin, scalar(name).as_str(), ": ", flow(other).as_str(), "\n"]),
    }
}

fn flow(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields = in_order(fields).into_iter().map(|(name, value)| format!("{}: {}", scalar(name), flow(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(text) => scalar(text),
        other => other.to_string(),
    }
}

/// Plain, where nobody can take it for something else; in the quotes of JSON, which are YAML's too, otherwise.
fn scalar(text: &str) -> String {
    let is_plain = text.starts_with(|first: char| first.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte))
        && !matches!(
            text.to_ascii_lowercase().as_str(),
            "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false" | "null"
        );
    if is_plain { text.to_owned() } else { Value::String(text.to_owned()).to_string() }
}
