//! Values from environment variables: `PRESIGN__SERVER__LISTEN=0.0.0.0:8080` is `server.listen`.
//!
//! Two underscores go one level down, into a field (`_` and `-` are the same, case does not matter) or into an entry of a
//! list (counted from 0; the number after the last adds one). The value is YAML, and stands in place of what is there.

use presign_core::Environment;
use serde_json::{Map, Value};

use super::{
    document::{self, Document},
    finding::Findings,
    path::Path,
    problem::Origin,
};

/// What the names of all overriding variables start with.
const PREFIX: &str = "PRESIGN__";

/// Applies all overrides. What leads nowhere, or is no YAML, is a finding whose origin is the variable.
pub(super) fn apply(document: &mut Document, environment: &dyn Environment) -> Vec<(String, Findings)> {
    let mut variables = environment.variables_with_prefix(PREFIX);
    variables.sort_by_key(|(name, _)| order(name));
    let mut refused = Vec::new();
    for (name, text) in variables {
        if let Err(message) = set(document, &name, &text) {
            let mut findings = Findings::default();
            findings.error(Path::root(), message);
            refused.push((name, findings));
        }
    }
    refused
}

/// Entries of a list are added in the order of their numbers.
fn order(name: &str) -> Vec<(Option<usize>, String)> {
    name.split("__").map(|step| (step.parse().ok(), step.to_ascii_lowercase())).collect()
}

fn set(document: &mut Document, name: &str, text: &str) -> Result<(), String> {
    let value = document::parse_value(text)
        .map_err(|error| format!("cannot be read ({}): put the value in quotes, inside the variable", error.message))?;
    if value.is_null() {
        return Err("the variable is empty: unset it, or write '' for an empty text".to_owned());
    }
    let steps = name.strip_prefix(PREFIX).unwrap_or_default();
    if steps.split("__").any(str::is_empty) {
        return Err("the name has too many underscores: two go one level down".to_owned());
    }
    let mut node = &mut document.value;
    let mut path = Path::root();
    for step in steps.split("__") {
        (node, path) = descend(node, &path, step)?;
    }
    *node = value;
    document.origins.replace(path, Origin::Variable(name.to_owned()));
    Ok(())
}

/// Goes one level down, making the level where there is none.
fn descend<'a>(node: &'a mut Value, path: &Path, step: &str) -> Result<(&'a mut Value, Path), String> {
    if node.is_null() {
        *node = Value::Object(Map::new());
    }
    match node {
        Value::Object(fields) => {
            let name = field_name(fields, path, step)?;
            let below = path.key(&name);
            Ok((fields.entry(name).or_insert(Value::Null), below))
        }
        Value::Array(entries) => {
            let count = entries.len();
            let index = step.parse().ok().filter(|index| *index <= count).ok_or_else(|| {
                format!("leads nowhere: the entries of {path} are counted from 0, and {count} adds one")
            })?;
            if index == count {
                entries.push(Value::Null);
            }
            let entry = entries.get_mut(index).ok_or_else(|| format!("leads nowhere: {path} has no entry {index}"))?;
            Ok((entry, path.index(index)))
        }
        _ => Err(format!("leads nowhere: {path} is a value, with no fields below it")),
    }
}

/// The name of the field that a step means: one that is there, or a new one in lower case.
fn field_name(fields: &Map<String, Value>, path: &Path, step: &str) -> Result<String, String> {
    let same = |name: &str| name.replace('-', "_").eq_ignore_ascii_case(&step.replace('-', "_"));
    let mut found = fields.keys().filter(|name| same(name));
    match (found.next(), found.next()) {
        (Some(name), None) => Ok(name.clone()),
        (Some(one), Some(other)) => {
            Err(format!("leads to two places: {} and {}", path.key(one.as_str()), path.key(other.as_str())))
        }
        _ => Ok(step.to_ascii_lowercase()),
    }
}
