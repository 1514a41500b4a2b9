//! What must not be repeated: values that may be secrets, wherever they were put.

use std::borrow::Cow;

use serde_json::Value;

use super::path::{Path, Segment};

/// Parts of names whose values are taken for secrets, when they are no references.
const SECRET_PARTS: [&str; 8] =
    ["secret", "password", "passwd", "passphrase", "token", "credential", "signature", "sas"];

/// Whether a field's name says that its value is a secret.
pub(super) fn looks_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase().replace('-', "_");
    let has = |part: &str| name.split('_').any(|word| word.starts_with(part) || word.ends_with(part));
    SECRET_PARTS.into_iter().any(has) || name.ends_with("key") || name.ends_with("keys")
}

/// Whether a value at this path may be a secret.
pub(super) fn is_suspect(path: &Path) -> bool {
    path.segments().iter().any(|segment| matches!(segment, Segment::Key(name) if looks_secret(name)))
}

/// Whether a path ends in a name as fields have them, which no secret of any strength is: small letters and `_`.
pub(super) fn is_plain_name(path: &Path) -> bool {
    let is_plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    !matches!(path.last(), Some(Segment::Key(name)) if !is_plain(name))
}

/// Whether a node is a reference to a value: `{env: NAME}` or `{file: PATH}`.
pub(super) fn is_reference(value: &Value) -> bool {
    let Value::Object(fields) = value else { return false };
    !fields.is_empty()
        && fields.iter().all(|(name, value)| matches!(name.as_str(), "env" | "file") && value.is_string())
}

/// Whether `message` repeats a value at or below `path` that may be a secret.
pub(super) fn repeats_a_secret(message: &str, path: &Path, value: &Value) -> bool {
    match value {
        Value::Object(fields) => fields.iter().any(|(name, below)| repeats_a_secret(message, &path.key(name), below)),
        Value::Array(entries) => entries.iter().any(|below| repeats_a_secret(message, path, below)),
        Value::String(text) => is_suspect(path) && !text.is_empty() && message.contains(text.as_str()),
        Value::Number(number) => is_suspect(path) && message.contains(&number.to_string()),
        Value::Null | Value::Bool(_) => false,
    }
}

/// A field's name as a message may show it. A missing space after a colon makes one name of a name and its value
/// (`{secret_key:hunter2}`), so what follows the first character that no name has is cut off.
pub(super) fn shown_name(name: &str) -> Cow<'_, str> {
    let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-' | '.');
    match name.find(|character| !is_part(character)) {
        Some(end) => Cow::Owned(format!("{}…", name.get(..end).unwrap_or_default())),
        None => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_holds_a_secret_is_known_by_its_name() {
        for name in ["secret_key", "aws_secret", "token", "tokens", "Password", "account-key", "access_key", "sas"] {
            assert!(looks_secret(name), "{name}");
        }
        for name in ["region", "key_file", "source", "user", "listen", "cookie_names", "prefix"] {
            assert!(!looks_secret(name), "{name}");
        }
    }
}
