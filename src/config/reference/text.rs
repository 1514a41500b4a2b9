//! Values and words as Markdown.

use serde_json::Value;

/// A heading's anchor, as GitHub makes it.
pub(super) fn slug(title: &str) -> String {
    let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.flat_map(char::to_lowercase).map(|c| if c == ' ' { '-' } else { c }).collect()
}

/// A paragraph a line, as descriptions in the source are broken where the line ends.
pub(super) fn sentences(description: &str) -> String {
    let paragraphs = description.split("\n\n").map(|paragraph| paragraph.replace('\n', " "));
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// Words in a table.
pub(super) fn cell(words: &str) -> String {
    sentences(words).replace("\n\n", "<br>").replace('|', "\\|")
}

/// A value, as it is written in a configuration.
pub(super) fn code(value: &Value) -> String {
    format!("`{}`", flow(value))
}

/// A field's default, in a table.
pub(super) fn default_of(field: &Value) -> String {
    match &field["default"] {
        Value::Null => String::new(),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Array(items) => items.iter().map(code).collect::<Vec<_>>().join(", "),
        Value::String(text) if text.is_empty() => "empty".to_owned(),
        value => code(value),
    }
}

/// A value in one line of YAML.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| format!("{name}: {}", flow(value)));
            format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::String(text) if is_plain(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Whether a text needs no quotes: it can be read as nothing else.
fn is_plain(text: &str) -> bool {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/' | ':' | '-' | '@');
    let is_word = ["true", "false", "null", "yes", "no", "on", "off"].contains(&text.to_ascii_lowercase().as_str());
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    is_duration(text) || (starts && !is_word && !text.ends_with(':') && text.chars().all(safe))
}

/// `15m` is a text as it stands.
fn is_duration(text: &str) -> bool {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    !digits.is_empty()
        && digits.len() < text.len()
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !text.contains('e')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_value_is_written_so_that_it_is_read_as_the_same() {
        let value = json!({"a": ["15m", "s3://b/**", "yes", "1e3", "", "a: b", 5, null], "b": {"c": "eu-west-1"}});
        let written = flow(&value);
        assert_eq!(serde_saphyr::from_str::<Value>(&written).unwrap(), value);
        assert_eq!(written, r#"{a: [15m, "s3://b/**", "yes", "1e3", "", "a: b", 5, null], b: {c: eu-west-1}}"#);
    }

    #[test]
    fn an_anchor_is_the_one_that_github_makes() {
        assert_eq!(slug("`backends.<name>.credentials` (s3)"), "backendsnamecredentials-s3");
        assert_eq!(slug("`rules[].check_exists`"), "rulescheck_exists");
    }
}
