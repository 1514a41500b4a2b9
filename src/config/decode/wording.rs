//! What is said about a fault: what is wrong, and what to do.

use serde_json::Value;

use super::{fault::Fault, suggest};
use crate::config::{conceal, path::Path};

/// Describes a fault at a path, where `node` stands. Repeats no value but one that its type itself repeats and that can be
/// no secret.
pub(super) fn describe(fault: &Fault, path: &Path, node: &Value) -> String {
    match fault {
        Fault::Missing(name) => format!("the field '{name}' is missing"),
        Fault::UnknownField { name, known } => unknown_field(name, known),
        Fault::UnknownValue { nearest, known } => unknown_value(*nearest, known),
        Fault::WrongType { found, expected } => wrong_type(found, expected),
        Fault::Other(message) if conceal::repeats_a_secret(message, path, node) => {
            "not a value that is good here (it is not repeated: it may be a secret, and a secret is given as \
             {env: NAME} or {file: PATH})"
                .to_owned()
        }
        Fault::Other(message) => other(message),
    }
}

fn unknown_field(name: &str, known: &[&'static str]) -> String {
    let shown = conceal::shown_name(name);
    let hint = if shown == name { "" } else { " (is there a space missing after a colon?)" };
    match suggest::nearest(name, known.iter().copied()) {
        Some(nearest) => format!("there is no field '{shown}' here{hint}; did you mean '{nearest}'?"),
        None if known.is_empty() => format!("there is no field '{shown}' here{hint}: remove it"),
        None => format!("there is no field '{shown}' here{hint}; there are {}", list(known)),
    }
}

fn unknown_value(nearest: Option<&str>, known: &[&'static str]) -> String {
    let choices = list(known);
    match nearest {
        Some(nearest) => format!("not one of {choices}; did you mean '{nearest}'?"),
        None => format!("not one of {choices}"),
    }
}

fn wrong_type(found: &str, expected: &str) -> String {
    let expected = plain(expected);
    let quote = expected.contains("text") && matches!(found, "a number" | "a negative number" | "true or false");
    let remedy = if quote { ": put it in quotes" } else { "" };
    format!("expected {expected}, found {found}{remedy}")
}

/// Rust's words for types, in an operator's words.
fn plain(expected: &str) -> String {
    match expected {
        "a string" | "string" | "str" | "path string" => "a text".to_owned(),
        "a sequence" | "sequence" => "a list".to_owned(),
        "a map" | "map" => "a section of fields".to_owned(),
        "a boolean" | "bool" => "true or false".to_owned(),
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number".to_owned(),
        "i8" | "i16" | "i32" | "i64" | "isize" => "a whole number, which may be negative".to_owned(),
        "socket address" => "an address with a port, as in 127.0.0.1:8080".to_owned(),
        text if text.starts_with("struct ") => "a section of fields".to_owned(),
        text if text.contains("enum ") => "one of its words".to_owned(),
        text => text.to_owned(),
    }
}

fn other(message: &str) -> String {
    match message {
        "invalid socket address syntax" => "not an address with a port, as in 127.0.0.1:8080".to_owned(),
        text => text.to_owned(),
    }
}

fn list(words: &[&str]) -> String {
    words.iter().map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ")
}
