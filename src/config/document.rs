//! YAML text to a JSON value, with the line of every field.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};
use serde_saphyr::{
    MergeKeyPolicy, Options, Spanned,
    options::{AliasLimits, DuplicateKeyPolicy},
};

use super::{conceal, finding::Findings, origins::Origins, path::Path, problem::Origin};

/// A configuration as it is written.
#[derive(Debug, Default)]
pub(super) struct Document {
    pub(super) value: Value,
    pub(super) origins: Origins,
}

/// The text is no YAML. Repeats nothing of it: it may be a secret that stands where it breaks the syntax.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct SyntaxError {
    pub(super) line: Option<usize>,
    pub(super) message: String,
}

/// Reads a text. Fields given twice are findings; the first one is kept.
///
/// # Errors
/// When the text is no YAML, or asks for more than a configuration can need (depth, size, aliases of aliases).
pub(super) fn parse(text: &str) -> Result<(Document, Findings), SyntaxError> {
    let (value, builder) = build(text)?;
    // All of a file may be commented out.
    let value = if value.is_null() { Value::Object(Map::new()) } else { value };
    Ok((Document { value, origins: builder.origins }, builder.findings))
}

/// Reads one value, as an environment variable holds it.
///
/// # Errors
/// As [`parse`], and for fields given twice.
pub(super) fn parse_value(text: &str) -> Result<Value, SyntaxError> {
    let (value, builder) = build(text)?;
    match builder.findings.0.into_iter().next() {
        Some(finding) => Err(SyntaxError { line: None, message: finding.message }),
        None => Ok(value),
    }
}

fn build(text: &str) -> Result<(Value, Builder), SyntaxError> {
    let root: Spanned<Node> = serde_saphyr::from_str_with_options(text, options()).map_err(|error| explain(&error))?;
    let mut builder = Builder::default();
    let value = builder.build(root, &Path::root());
    Ok((value, builder))
}

fn options() -> Options {
    let mut limits = AliasLimits::default();
    limits.max_total_replayed_events = 100_000;
    let mut options = Options::default();
    options.alias_limits = limits;
    // The builder below sees the second of two equal fields, and says where both stand.
    options.duplicate_keys = DuplicateKeyPolicy::PassThrough;
    options.merge_keys = MergeKeyPolicy::Merge;
    options.strict_booleans = true;
    options.with_snippet = false;
    options
}

/// Says what the parser did not like, in words that hold nothing of the text.
fn explain(error: &serde_saphyr::Error) -> SyntaxError {
    let mut error = error.without_snippet();
    while let serde_saphyr::Error::AliasError { error: inner, .. } = error {
        error = inner.without_snippet();
    }
    let line = error.location().and_then(|location| usize::try_from(location.line()).ok());
    let message = match error {
        serde_saphyr::Error::ExternalMessage { source, .. } => match source.as_ref() {
            serde_saphyr::localizer::ExternalMessageSource::Parser(scan) => format!("not YAML: {}", scan.kind()),
            _ => "not YAML".to_owned(),
        },
        serde_saphyr::Error::UnknownAnchor { .. } => {
            "the alias (*name) has no anchor (&name) before it; put a text that starts with * in quotes".to_owned()
        }
        serde_saphyr::Error::MultipleDocuments { .. } => {
            "a configuration is one YAML document: remove the line ---".to_owned()
        }
        serde_saphyr::Error::Budget { .. }
        | serde_saphyr::Error::AliasReplayLimitExceeded { .. }
        | serde_saphyr::Error::AliasExpansionLimitExceeded { .. }
        | serde_saphyr::Error::AliasReplayStackDepthExceeded { .. } => {
            "deeper, larger or with more aliases than a configuration can need".to_owned()
        }
        serde_saphyr::Error::NonFiniteFloat { .. } => "a number that is too large, or none".to_owned(),
        serde_saphyr::Error::MergeValueNotMapOrSeqOfMaps { .. } => "'<<' merges sections of fields only".to_owned(),
        _ => "not YAML that a configuration can be read from".to_owned(),
    };
    SyntaxError { line: line.filter(|line| *line > 0), message }
}

/// A node with everything that is below it.
enum Node {
    Scalar(Value),
    List(Vec<Spanned<Node>>),
    Fields(Vec<(Spanned<String>, Spanned<Node>)>),
}

#[derive(Default)]
struct Builder {
    origins: Origins,
    findings: Findings,
}

impl Builder {
    fn build(&mut self, node: Spanned<Node>, path: &Path) -> Value {
        match node.value {
            Node::Scalar(value) => {
                self.note(path, node.referenced.line());
                value
            }
            Node::List(entries) => {
                self.note(path, node.referenced.line());
                let built = entries.into_iter().enumerate().map(|(index, entry)| self.build(entry, &path.index(index)));
                Value::Array(built.collect())
            }
            Node::Fields(fields) => self.build_fields(fields, path, node.referenced.line()),
        }
    }

    fn build_fields(&mut self, fields: Vec<(Spanned<String>, Spanned<Node>)>, path: &Path, line: u64) -> Value {
        self.note(path, line);
        let mut built = Map::new();
        for (name, node) in fields {
            let place = path.key(&name.value);
            if built.contains_key(&name.value) {
                self.refuse_duplicate(&name, path);
                continue;
            }
            let value = self.build(node, &place);
            // The line of the name, not that of the value, which may begin below it.
            self.note(&place, name.referenced.line());
            built.insert(name.value, value);
        }
        Value::Object(built)
    }

    fn refuse_duplicate(&mut self, name: &Spanned<String>, path: &Path) {
        let place = path.key(&name.value);
        let first = match self.origins.find(&place) {
            Some(Origin::Line(line)) => format!(" (first on line {line})"),
            _ => String::new(),
        };
        let shown = conceal::shown_name(&name.value);
        let line = name.referenced.line();
        self.findings.error(place, format!("'{shown}' is given again on line {line}{first}: remove one of the two"));
    }

    fn note(&mut self, path: &Path, line: u64) {
        // The configuration as a whole is nowhere in particular.
        if let Some(line) = usize::try_from(line).ok().filter(|line| *line > 0 && *path != Path::root()) {
            self.origins.insert(path.clone(), Origin::Line(line));
        }
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value, a list or a section of fields")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Bool(value)))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(Value::from(value)))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(Value::from(value)))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Scalar(Number::from_f64(value).map_or(Value::Null, Value::Number)))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar(Value::from(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = access.next_element()? {
            entries.push(entry);
        }
        Ok(Node::List(entries))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = access.next_entry()? {
            fields.push(field);
        }
        Ok(Node::Fields(fields))
    }
}
