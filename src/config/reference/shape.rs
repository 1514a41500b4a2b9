//! What kind of thing a schema describes, as far as the reference tells kinds apart.

use serde_json::Value;

/// The kind of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Shape<'s> {
    /// A definition with fields of its own.
    Section(&'s str),
    /// A definition of some words, one of which is chosen.
    Choice(&'s str),
    /// Any other definition.
    Value(&'s str),
    /// A JSON type.
    Plain(&'s str),
    List(Box<Self>),
    Map(Box<Self>),
}

impl<'s> Shape<'s> {
    /// The kind of what a schema describes; whether it may be left out is told elsewhere.
    pub(super) fn of(root: &'s Value, schema: &'s Value) -> Self {
        if let Some(name) = definition_name(schema) {
            return Self::named(root, name);
        }
        if let Some(options) = schema["anyOf"].as_array()
            && let Some(option) = options.iter().find(|option| option["type"] != "null")
        {
            return Self::of(root, option);
        }
        if schema.get("items").is_some() {
            return Self::List(Box::new(Self::of(root, &schema["items"])));
        }
        if schema["additionalProperties"].is_object() {
            return Self::Map(Box::new(Self::of(root, &schema["additionalProperties"])));
        }
        let kinds = schema["type"].as_array().map_or(std::slice::from_ref(&schema["type"]), Vec::as_slice);
        Self::Plain(kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null").unwrap_or("any"))
    }

    fn named(root: &'s Value, name: &'s str) -> Self {
        let schema = definition(root, name);
        let options = alternatives(schema);
        if schema.get("properties").is_some() || options.first().is_some_and(|option| tag(option).is_some()) {
            return Self::Section(name);
        }
        if !options.is_empty() && options.iter().all(|option| option.get("const").is_some()) {
            return Self::Choice(name);
        }
        Self::Value(name)
    }

    /// The definition that the field, or each of its items, has a section for.
    pub(super) fn section(&self) -> Option<&'s str> {
        match self {
            Self::Section(name) => Some(name),
            Self::List(item) | Self::Map(item) => item.section(),
            _ => None,
        }
    }

    /// The definition of the field, or of each of its items.
    pub(super) fn name(&self) -> Option<&'s str> {
        match self {
            Self::Section(name) | Self::Choice(name) | Self::Value(name) => Some(name),
            Self::List(item) | Self::Map(item) => item.name(),
            Self::Plain(_) => None,
        }
    }

    /// What stands behind a field's name where its items are meant.
    pub(super) fn suffix(&self) -> &'static str {
        match self {
            Self::List(_) => "[]",
            Self::Map(_) => ".<name>",
            _ => "",
        }
    }

    /// The words that may be chosen.
    pub(super) fn choices(&self, root: &'s Value) -> &'s [Value] {
        match self {
            Self::Choice(name) => alternatives(definition(root, name)),
            Self::List(item) | Self::Map(item) => item.choices(root),
            _ => &[],
        }
    }
}

/// A definition; null where there is none.
pub(super) fn definition<'s>(root: &'s Value, name: &str) -> &'s Value {
    root["$defs"].get(name).unwrap_or(&Value::Null)
}

/// What something may be, when it may be several things.
pub(super) fn alternatives(schema: &Value) -> &[Value] {
    let options = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array());
    options.map(Vec::as_slice).unwrap_or_default()
}

/// The field that tells an alternative from the others, and its value: `type` or `source`.
pub(super) fn tag(alternative: &Value) -> Option<(&str, &str)> {
    let fields = alternative["properties"].as_object()?;
    fields.iter().find_map(|(name, field)| Some((name.as_str(), field["const"].as_str()?)))
}

pub(super) fn is_required(schema: &Value, name: &str) -> bool {
    schema["required"].as_array().is_some_and(|names| names.iter().any(|required| required == name))
}

fn definition_name(schema: &Value) -> Option<&str> {
    schema["$ref"].as_str()?.strip_prefix("#/$defs/")
}
