//! As much of JSON Schema as the configuration's schema uses; a keyword that is not known here fails the test.

use serde_json::Value;

/// Keywords that say nothing about a value.
const ANNOTATIONS: [&str; 10] =
    ["$schema", "$defs", "$id", "title", "description", "default", "format", "examples", "minimum", "writeOnly"];

/// Why a value does not fit a schema, by its path.
pub(crate) fn errors(root: &Value, schema: &Value, value: &Value, path: &str) -> Vec<String> {
    let Some(keywords) = schema.as_object() else {
        return if schema == &Value::Bool(true) { Vec::new() } else { vec![format!("{path}: nothing may stand here")] };
    };
    let mut found = Vec::new();
    for (keyword, rule) in keywords {
        match keyword.as_str() {
            "$ref" => {
                let pointer = rule.as_str().unwrap().strip_prefix('#').unwrap();
                let target = root.pointer(pointer).unwrap_or_else(|| panic!("{rule} leads nowhere"));
                found.extend(errors(root, target, value, path));
            }
            "type" if !has_type(rule, value) => found.push(format!("{path}: is not of type {rule}")),
            "const" if rule != value => found.push(format!("{path}: is not {rule}")),
            "enum" if !rule.as_array().unwrap().contains(value) => found.push(format!("{path}: is none of {rule}")),
            "required" => {
                let missing =
                    rule.as_array().unwrap().iter().filter(|name| value.get(name.as_str().unwrap()).is_none());
                found.extend(missing.map(|name| format!("{path}: {name} is missing")));
            }
            "properties" => {
                for (name, below) in rule.as_object().unwrap() {
                    let field = value.get(name);
                    found.extend(
                        field.into_iter().flat_map(|field| errors(root, below, field, &format!("{path}.{name}"))),
                    );
                }
            }
            "additionalProperties" => {
                let known = schema.get("properties").and_then(Value::as_object);
                let fields = value.as_object().into_iter().flatten();
                for (name, field) in fields.filter(|(name, _)| known.is_none_or(|known| !known.contains_key(*name))) {
                    found.extend(errors(root, rule, field, &format!("{path}.{name}")));
                }
            }
            "items" => {
                for (index, entry) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(errors(root, rule, entry, &format!("{path}[{index}]")));
                }
            }
            "oneOf" | "anyOf" => {
                let tried: Vec<_> = rule.as_array().unwrap().iter().map(|one| errors(root, one, value, path)).collect();
                let fitting = tried.iter().filter(|errors| errors.is_empty()).count();
                if fitting == 0 || (keyword == "oneOf" && fitting > 1) {
                    found.push(format!("{path}: {fitting} of {} choices fit: {tried:?}", tried.len()));
                }
            }
            "allOf" => found.extend(rule.as_array().unwrap().iter().flat_map(|one| errors(root, one, value, path))),
            "type" | "const" | "enum" => {}
            other => assert!(ANNOTATIONS.contains(&other), "the keyword {other} at {path} is not known to this test"),
        }
    }
    found
}

fn has_type(rule: &Value, value: &Value) -> bool {
    let is = |name: &Value| match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{other} is no type"),
    };
    rule.as_array().map_or_else(|| is(rule), |names| names.iter().any(is))
}
