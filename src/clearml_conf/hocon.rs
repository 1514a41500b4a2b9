//! HOCON, as ClearML's own reader takes it.

use std::collections::HashMap;

use hocon::{Config, HoconError, HoconValue, ParseOptions};
use presign_core::Environment;

use super::ConfFile;

/// How many variables a file may need.
const MOST_VARIABLES: usize = 1000;
/// What stands around the name of a variable in a value: characters that nobody types.
const OPEN: char = '\u{e000}';
const CLOSE: char = '\u{e001}';

/// A file is no HOCON. Repeats nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}:{line}:{column}: {what}")]
pub struct Unreadable {
    name: String,
    line: usize,
    column: usize,
    what: &'static str,
}

/// What a file says. Where a value comes from a variable, the variable's name stands in its place.
pub(super) struct Document {
    /// The file's name.
    pub(super) name: String,
    config: Config,
}

/// A piece of a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    Literal(String),
    Variable(String),
}

impl Document {
    /// What stands at a path such as `aws.s3`: below `sdk`, as clients have it, at the root, as servers do, or below
    /// `data`, as the apiserver answers.
    pub(super) fn get(&self, path: &str) -> Option<(String, &HoconValue)> {
        [format!("sdk.{path}"), path.to_owned(), format!("data.{path}")]
            .into_iter()
            .find_map(|path| self.config.get(&path).map(|value| (path, value)))
    }
}

/// Reads a file. A variable that is not set and need not be is nothing; any other is its name.
///
/// # Errors
/// When the text, or what it includes, is no HOCON.
pub(super) fn read(file: &ConfFile, environment: &dyn Environment) -> Result<Document, Unreadable> {
    let text = with_quoted_urls(&file.text);
    let set = optional_variables(&text).filter(|name| environment.variable(name).is_some());
    let mut variables: HashMap<String, String> = set.map(|name| (name.to_owned(), mark(name))).collect();
    loop {
        let mut options = ParseOptions::defaults().with_env(variables.clone());
        if let Some(folder) = &file.folder {
            options = options.with_base_dir(folder.clone());
        }
        match hocon::parse_string_with_options(&text, options) {
            Ok(config) => return Ok(Document { name: file.name.clone(), config }),
            Err(HoconError::Resolve(error)) if is_variable(&error.path) && variables.len() < MOST_VARIABLES => {
                let mark = mark(&error.path);
                if variables.insert(error.path, mark).is_some() {
                    return Err(unreadable(file, (error.line, error.col), "what it refers to is nowhere"));
                }
            }
            Err(error) => return Err(explain(file, &error)),
        }
    }
}

/// Where it stops being HOCON. The parser's own words may repeat what stands there.
fn explain(file: &ConfFile, error: &HoconError) -> Unreadable {
    match error {
        HoconError::Parse(error) => unreadable(file, (error.line, error.col), "not HOCON from here on"),
        HoconError::Resolve(error) => {
            unreadable(file, (error.line, error.col), "what is substituted or included here is not there, or not fit")
        }
        _ => unreadable(file, (1, 1), "not a HOCON object"),
    }
}

fn unreadable(file: &ConfFile, (line, column): (usize, usize), what: &'static str) -> Unreadable {
    Unreadable { name: file.name.clone(), line, column, what }
}

fn mark(name: &str) -> String {
    format!("{OPEN}{name}{CLOSE}")
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// The names in `${?NAME}`.
fn optional_variables(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split("${?").skip(1).filter_map(|rest| rest.split_once('}'));
    names.map(|(name, _)| name.trim()).filter(|name| is_variable(name))
}

/// A value's text, in pieces.
pub(super) fn pieces(value: &HoconValue) -> Vec<Piece> {
    let HoconValue::Scalar(scalar) = value else { return Vec::new() };
    if value.is_null() {
        return Vec::new();
    }
    let mut pieces = Vec::new();
    let mut rest = scalar.raw.as_str();
    while let Some((literal, (name, after))) =
        rest.split_once(OPEN).and_then(|(literal, marked)| Some((literal, marked.split_once(CLOSE)?)))
    {
        pieces.extend([Piece::Literal(literal.to_owned()), Piece::Variable(name.to_owned())]);
        rest = after;
    }
    pieces.push(Piece::Literal(rest.to_owned()));
    pieces.retain(|piece| *piece != Piece::Literal(String::new()));
    pieces
}

/// ClearML's reader takes `api_server: http://localhost:8008` as it stands, where HOCON has a comment from `//` on.
fn with_quoted_urls(text: &str) -> String {
    text.split_inclusive('\n').scan(false, |in_block, line| Some(quote_urls(line, in_block))).collect()
}

/// One line; `in_block` is whether it starts within `"""`.
fn quote_urls(line: &str, in_block: &mut bool) -> String {
    let mut quoted = String::new();
    let mut rest = line;
    loop {
        if *in_block {
            let Some((inside, after)) = rest.split_once("\"\"\"") else { return quoted + rest };
            quoted.extend([inside, "\"\"\""]);
            (rest, *in_block) = (after, false);
        } else if let Some(after) = rest.strip_prefix("\"\"\"") {
            quoted.push_str("\"\"\"");
            (rest, *in_block) = (after, true);
        } else if rest.starts_with('"') {
            let (text, after) = rest.split_at(string_length(rest));
            quoted.push_str(text);
            rest = after;
        } else if rest.starts_with("${") {
            let (text, after) = rest.split_at(rest.find('}').map_or(2, |end| end + 1));
            // `http://${HOST}:8008` goes on.
            let (more, after) = after.split_at(if after.starts_with(':') { word_length(after) } else { 0 });
            quoted.push_str(text);
            quoted.extend(if more.is_empty() { ["", "", ""] } else { ["\"", more, "\""] });
            rest = after;
        } else if rest.is_empty() || rest.starts_with(['#', '\n']) || rest.starts_with("//") {
            return quoted + rest;
        } else if let Some(length) = url_length(rest) {
            let (url, after) = rest.split_at(length);
            quoted.extend(["\"", url, "\""]);
            rest = after;
        } else {
            let word = rest.find(|character: char| !character.is_ascii_alphanumeric() && !"+-.".contains(character));
            let length =
                word.filter(|length| *length > 0).unwrap_or_else(|| rest.chars().next().map_or(0, char::len_utf8));
            let (text, after) = rest.split_at(length);
            quoted.push_str(text);
            rest = after;
        }
    }
}

/// How long the quoted string is that a text starts with.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().skip(1).find(|(_, character)| {
        let is_end = *character == '"' && !escaped;
        escaped = *character == '\\' && !escaped;
        is_end
    });
    end.map_or(text.len(), |(end, _)| end + 1)
}

fn word_length(text: &str) -> usize {
    let end = text.find(|character: char| character.is_whitespace() || ",}]#\"$".contains(character));
    end.unwrap_or(text.len())
}

/// How long the URL is that a text starts with.
fn url_length(text: &str) -> Option<usize> {
    let word = text.get(..word_length(text))?;
    let (scheme, _) = word.split_once("://")?;
    let is_scheme = !scheme.is_empty() && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    is_scheme.then_some(word.len())
}

#[cfg(test)]
mod tests {
    use presign_core::FixedEnvironment;

    use super::*;

    fn document(text: &str) -> Result<Document, Unreadable> {
        let file = ConfFile { name: "clearml.conf".to_owned(), folder: None, text: text.to_owned() };
        read(&file, &FixedEnvironment::new([("SET", "secret")]))
    }

    fn value(text: &str, path: &str) -> Vec<Piece> {
        pieces(document(text).unwrap().get(path).unwrap().1)
    }

    fn literal(text: &str) -> Vec<Piece> {
        vec![Piece::Literal(text.to_owned())]
    }

    #[test]
    fn a_url_needs_no_quotes() {
        let text = "api {\n  api_server: http://localhost:8008 // the server\n  web: [https://a/b, http://c] # d\n}";
        assert_eq!(value(text, "api.api_server"), literal("http://localhost:8008"));
        let ported = [literal("http://"), vec![Piece::Variable("HOST".to_owned())], literal(":8008")].concat();
        assert_eq!(value("a: http://${HOST}:8008", "a"), ported);
        assert_eq!(value("a: \"x\" // http://y", "a"), literal("x"));
        assert_eq!(value("a: \"http://y\\\"//z\"", "a"), literal("http://y\"//z"));
        assert_eq!(value("a: \"\"\"//\nhttp://y \"\"\"\nb: http://c", "b"), literal("http://c"));
    }

    #[test]
    fn variables_are_known_by_name_and_those_that_need_not_be_set_are_nothing() {
        let variable = |name: &str| vec![Piece::Variable(name.to_owned())];
        assert_eq!(value("a: ${?SET}", "a"), variable("SET"));
        assert_eq!(value("a: ${UNSET}", "a"), variable("UNSET"));
        assert_eq!(value("a: x\na: ${?UNSET}", "a"), literal("x"));
        let mixed = value("a: \"pre-\"${UNSET}\"/x\"", "a");
        assert_eq!(mixed, [literal("pre-"), variable("UNSET"), literal("/x")].concat());
    }

    #[test]
    fn values_refer_to_other_values() {
        assert_eq!(value("k: v\nsdk { aws { s3 { key: ${k} } } }", "aws.s3.key"), literal("v"));
    }

    #[test]
    fn what_is_no_hocon_is_told_by_its_place_alone() {
        let error = document("a {\n  key: \"hunter2\n}").err().unwrap().to_string();
        assert!(error.starts_with("clearml.conf:2:") && !error.contains("hunter2"), "{error}");
        assert!(document("a: ${b.c}").err().unwrap().to_string().contains("not there"));
    }
}
