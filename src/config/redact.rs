//! A configuration that may be shown.

use serde_json::{Map, Value};

use super::conceal;

/// What stands in place of a value that may be a secret.
const REDACTED: &str = "<redacted>";

/// The value without anything that may be a secret. References (`{env: NAME}`, `{file: PATH}`) are no secrets, and stay.
pub(super) fn redacted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => Value::Object(fields.iter().map(redacted_field).collect::<Map<_, _>>()),
        Value::Array(entries) => entries.iter().map(redacted).collect(),
        Value::String(text) => Value::String(without_user_info(text)),
        other => other.clone(),
    }
}

fn redacted_field((name, value): (&String, &Value)) -> (String, Value) {
    let value =
        if conceal::looks_secret(name) && !conceal::is_reference(value) { hidden(value) } else { redacted(value) };
    (name.clone(), value)
}

/// Below a secret's name, lists and sections keep their form; a section's fields are judged by their own names.
fn hidden(value: &Value) -> Value {
    match value {
        Value::Object(_) => redacted(value),
        Value::Array(entries) => entries.iter().map(hidden).collect(),
        _ => Value::from(REDACTED),
    }
}

/// `https://user:password@host/` without what stands before the `@`.
fn without_user_info(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest.get(..end).and_then(|authority| authority.rfind('@')) {
        Some(at) => format!("{scheme}://{REDACTED}{}", rest.get(at..).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_hidden_and_references_are_shown() {
        let shown = redacted(&json!({
            "endpoint": "http://user:hunter2@minio:9000/x",
            "credentials": {"source": "static", "access_key": "AKIA", "secret_key": {"env": "S"}, "session_token": 12},
            "tokens": [{"token": {"file": "/t"}, "user": "u"}, "hunter2"],
        }));
        assert_eq!(
            shown,
            json!({
                "endpoint": "http://<redacted>@minio:9000/x",
                "credentials": {
                    "source": "static", "access_key": "<redacted>", "secret_key": {"env": "S"}, "session_token": "<redacted>",
                },
                "tokens": [{"token": {"file": "/t"}, "user": "u"}, "<redacted>"],
            })
        );
    }
}
