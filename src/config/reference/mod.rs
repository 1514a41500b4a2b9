//! The JSON schema as a page for people: `docs/configuration.md`.

mod shape;
mod text;

use std::{collections::HashMap, fmt::Write};

use serde_json::{Map, Value};

use self::{
    shape::{Shape, alternatives, definition, is_required, tag},
    text::{cell, code, default_of, flow, sentences, slug},
};

const INTRODUCTION: &str = include_str!("introduction.md");

/// The reference, in Markdown, of a configuration with this JSON schema ([`schema`](fn@super::schema)): every field with its type,
/// its default and what it is.
#[must_use]
pub fn reference(schema: &Value) -> String {
    let mut page = Page { schema, text: INTRODUCTION.to_owned(), places: HashMap::new(), values: Vec::new() };
    for (name, field) in properties(schema) {
        page.field_section(&Place { path: name.to_owned(), of: None, level: 2 }, field);
    }
    page.text.push_str("\n## Values\n");
    page.values();
    page.text
}

/// Where a section stands in the configuration.
#[derive(Debug, Clone)]
struct Place<'s> {
    /// Such as `rules[].match`.
    path: String,
    /// The alternative that it belongs to, such as `s3` of a backend.
    of: Option<&'s str>,
    level: usize,
}

impl Place<'_> {
    fn title(&self) -> String {
        match self.of {
            Some(alternative) => format!("`{}` ({alternative})", self.path),
            None => format!("`{}`", self.path),
        }
    }
}

struct Page<'s> {
    schema: &'s Value,
    text: String,
    /// The anchors of definitions that have a section.
    places: HashMap<&'s str, String>,
    /// Definitions of single values, in the order in which they were met.
    values: Vec<&'s str>,
}

impl<'s> Page<'s> {
    /// The section of a field of the top level.
    fn field_section(&mut self, place: &Place<'s>, field: &'s Value) {
        let shape = Shape::of(self.schema, field);
        if let (Some(name), path) = (shape.section(), format!("{}{}", place.path, shape.suffix())) {
            self.places.insert(name, slug(&place.title()));
            self.section(&Place { path, ..place.clone() }, definition(self.schema, name));
        }
    }

    fn section(&mut self, place: &Place<'s>, schema: &'s Value) {
        let _ = write!(self.text, "\n{} {}\n\n", "#".repeat(place.level), place.title());
        self.told(schema);
        let tagged = alternatives(schema);
        if tagged.is_empty() {
            return self.fields(place, schema);
        }
        for alternative in tagged {
            let Some((field, value)) = tag(alternative) else { continue };
            let level = (place.level + 1).min(6);
            let heading = format!("\n{} {}: `{field}: {value}`\n\n", "#".repeat(level), place.title());
            self.text.push_str(&heading);
            self.told(alternative);
            self.fields(&Place { of: Some(place.of.unwrap_or(value)), level, ..place.clone() }, alternative);
        }
    }

    /// What a section is, and what it looks like.
    fn told(&mut self, schema: &Value) {
        if let Some(description) = schema["description"].as_str() {
            let _ = writeln!(self.text, "{}", sentences(description));
        }
        for example in schema["examples"].as_array().into_iter().flatten() {
            let lines: Vec<_> = match example {
                Value::Object(fields) => {
                    fields.iter().map(|(name, value)| format!("{name}: {}", flow(value))).collect()
                }
                other => vec![flow(other)],
            };
            let lines = lines.join("\n");
            let _ = writeln!(self.text, "\n```yaml\n{lines}\n```");
        }
    }

    /// The table of a section's fields, and the sections that these lead to.
    fn fields(&mut self, place: &Place<'s>, schema: &'s Value) {
        let mut below = Vec::new();
        let mut rows = String::new();
        for (name, field) in properties(schema) {
            if field.get("const").is_some() || tag(schema).is_some_and(|(tag, _)| tag == name) {
                continue;
            }
            let shape = Shape::of(self.schema, field);
            if let Some(definition) = shape.section() {
                let path = format!("{}.{name}{}", place.path, shape.suffix());
                let inner = Place { path, of: place.of, level: (place.level + 1).min(5) };
                if !self.places.contains_key(definition) {
                    self.places.insert(definition, slug(&inner.title()));
                    below.push((inner, definition));
                }
            }
            let default = if is_required(schema, name) { "**required**".to_owned() } else { default_of(field) };
            let what = self.what(&shape, field);
            let row = format!("| `{name}` | {} | {default} | {what} |\n", self.kind(&shape));
            rows.push_str(&row);
        }
        if !rows.is_empty() {
            let _ = write!(self.text, "\n| field | type | default | |\n|---|---|---|---|\n{rows}");
        }
        for (place, name) in below {
            self.section(&place, definition(self.schema, name));
        }
    }

    /// The type of a field, with a link to where it is told.
    fn kind(&mut self, shape: &Shape<'s>) -> String {
        match shape {
            Shape::List(item) => format!("list of {}", self.kind(item)),
            Shape::Map(item) => format!("map of {}", self.kind(item)),
            Shape::Plain(kind) => (*kind).to_owned(),
            Shape::Choice(_) => "one of".to_owned(),
            Shape::Section(name) => {
                let place = self.places.get(name).cloned().unwrap_or_default();
                format!("[section](#{place})")
            }
            Shape::Value(name) => {
                if !self.values.contains(name) {
                    self.values.push(name);
                }
                let title = value_title(name, definition(self.schema, name));
                format!("[{title}](#{})", slug(title))
            }
        }
    }

    /// What a field is: its words, its choices, and examples.
    fn what(&self, shape: &Shape<'s>, field: &Value) -> String {
        let inherited = shape.name().map(|name| &definition(self.schema, name)["description"]);
        let words = field["description"].as_str().or_else(|| inherited.and_then(Value::as_str));
        let mut what = cell(words.unwrap_or_default());
        for choice in shape.choices(self.schema) {
            let about = cell(choice["description"].as_str().unwrap_or_default());
            let _ = write!(what, "<br>{}: {about}", code(&choice["const"]));
        }
        let examples: Vec<_> = field["examples"].as_array().into_iter().flatten().map(code).collect();
        if !examples.is_empty() {
            let _ = write!(what, "<br>Such as {}", examples.join(", "));
        }
        what
    }

    /// The section about single values. A value may be told by means of others, which then follow it.
    fn values(&mut self) {
        let mut told = 0;
        while let Some(name) = self.values.get(told).copied() {
            let schema = definition(self.schema, name);
            let _ = write!(self.text, "\n### {}\n\n", value_title(name, schema));
            self.told(schema);
            for (index, alternative) in alternatives(schema).iter().enumerate() {
                let kind = match properties(alternative).next() {
                    Some((field, _)) => format!("`{{{field}: …}}`"),
                    None => self.kind(&Shape::of(self.schema, alternative)),
                };
                let about = sentences(alternative["description"].as_str().unwrap_or_default());
                let gap = if index == 0 { "\n" } else { "" };
                let _ = writeln!(self.text, "{gap}* {kind}: {about}");
            }
            told += 1;
        }
    }
}

fn value_title<'s>(name: &'s str, schema: &'s Value) -> &'s str {
    schema["title"].as_str().unwrap_or(name)
}

fn properties(schema: &Value) -> impl Iterator<Item = (&str, &Value)> {
    schema["properties"].as_object().into_iter().flat_map(Map::iter).map(|(name, field)| (name.as_str(), field))
}
