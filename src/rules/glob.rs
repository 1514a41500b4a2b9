//! Globs over storage URLs, translated to regular expressions.
//!
//! The syntax is globset's: `?`, `*`, `**`, `[a-z]`, `[!a-z]`, `{a,b}`, and `\` before a character that shall stand for
//! itself. Its meaning is stricter in three ways, because a rule decides about other people's objects:
//!
//! * A character is a character, not a byte: `?` and `[…]` match `é`.
//! * Nothing but `**` crosses a `/`, a class such as `[!a]` neither.
//! * `**` crosses `/` wherever it stands. As a whole segment it stands for any number of segments, none included:
//!   `a/**/b` matches `a/b` and `a/x/y/b`.

mod example;

use std::{iter::Peekable, str::CharIndices};

pub(crate) use self::example::example;
use super::portable::literal;

// On text, counting `*` in bytes is the same as counting in characters, because all that can follow starts at a
// character; and it makes a much smaller automaton.
const AUTOMATON: Dialect = Dialect {
    within_segment: "(?-u:[^/]*)",
    anything: "(?s-u:.*)",
    segments: "(?:(?s-u:.*)/)?",
    literal: escape,
    class: |negated, members| format!("[[{}{members}]&&[^/]]", if negated { "^" } else { "" }),
};

// Browsers and Python know neither bytes nor the intersection of classes. No key has a line's end, which `.` leaves out.
const PORTABLE: Dialect = Dialect {
    within_segment: "[^/]*",
    anything: ".*",
    segments: "(?:.*/)?",
    literal: |character| literal(character.encode_utf8(&mut [0; 4])),
    class: |negated, members| if negated { format!("[^/{members}]") } else { format!("[{members}]") },
};

/// How a kind of regular expressions says what globs say.
struct Dialect {
    within_segment: &'static str,
    anything: &'static str,
    segments: &'static str,
    literal: fn(char) -> String,
    /// Of members that hold no `/`, unless the class is negated: it holds none either way.
    class: fn(bool, &str) -> String,
}

/// Why a text is no glob.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{reason}, at character {position} of the glob '{glob}'")]
pub(super) struct InvalidGlob {
    reason: &'static str,
    /// Counted in characters, from 1.
    position: usize,
    glob: String,
}

/// The regular expression, not yet anchored, of a glob.
pub(super) fn to_regex(glob: &str) -> Result<String, InvalidGlob> {
    translate(glob, &AUTOMATON)
}

/// The same for every program that knows regular expressions; empty for what is no glob.
pub(super) fn to_portable_regex(glob: &str) -> String {
    translate(glob, &PORTABLE).unwrap_or_default()
}

fn translate(glob: &str, dialect: &Dialect) -> Result<String, InvalidGlob> {
    let mut translation = Translation::new(glob, dialect);
    while let Some((offset, character)) = translation.rest.next() {
        translation.step(offset, character).map_err(|reason| invalid(glob, offset, reason))?;
    }
    match translation.open.last() {
        None => Ok(translation.regex),
        Some(brace) => Err(invalid(glob, brace.offset, "'{' without '}'")),
    }
}

/// The literal text that a glob starts with, and whether `**` is all that follows: then the glob matches everything
/// that starts with that text.
pub(super) fn literal_head(glob: &str) -> (String, bool) {
    let mut head = String::new();
    let mut characters = glob.char_indices();
    while let Some((offset, character)) = characters.next() {
        match character {
            '\\' => head.extend(characters.next().map(|(_, escaped)| escaped)),
            '*' | '?' | '[' | '{' => return (head, glob.get(offset..) == Some("**")),
            _ => head.push(character),
        }
    }
    (head, false)
}

fn invalid(glob: &str, offset: usize, reason: &'static str) -> InvalidGlob {
    let position = glob.char_indices().take_while(|(start, _)| *start <= offset).count();
    InvalidGlob { reason, position, glob: glob.to_owned() }
}

/// A `{` that waits for its `}`.
struct Brace {
    offset: usize,
    at_segment_start: bool,
}

struct Translation<'a> {
    rest: Peekable<CharIndices<'a>>,
    regex: String,
    at_segment_start: bool,
    open: Vec<Brace>,
    dialect: &'a Dialect,
}

impl<'a> Translation<'a> {
    fn new(glob: &'a str, dialect: &'a Dialect) -> Self {
        let rest = glob.char_indices().peekable();
        Self { rest, regex: String::new(), at_segment_start: true, open: Vec::new(), dialect }
    }

    fn step(&mut self, offset: usize, character: char) -> Result<(), &'static str> {
        match character {
            '\\' => {
                let (_, escaped) = self.rest.next().ok_or("'\\' with nothing after it")?;
                self.literal(escaped);
            }
            '?' => self.push("[^/]"),
            '*' => self.stars(),
            '[' => self.class()?,
            '{' => self.alternatives(offset),
            '}' => {
                self.open.pop().ok_or("'}' without '{' (write \\} for the character itself)")?;
                self.push(")");
            }
            ',' if !self.open.is_empty() => self.next_alternative(),
            _ => self.literal(character),
        }
        Ok(())
    }

    fn push(&mut self, regex: &str) {
        self.regex.push_str(regex);
        self.at_segment_start = false;
    }

    fn literal(&mut self, character: char) {
        self.regex.push_str(&(self.dialect.literal)(character));
        self.at_segment_start = character == '/';
    }

    fn stars(&mut self) {
        if !self.take('*') {
            return self.push(self.dialect.within_segment);
        }
        while self.take('*') {}
        if self.at_segment_start && self.take('/') {
            self.regex.push_str(self.dialect.segments);
        } else {
            self.push(self.dialect.anything);
        }
    }

    fn alternatives(&mut self, offset: usize) {
        self.open.push(Brace { offset, at_segment_start: self.at_segment_start });
        self.regex.push_str("(?:");
    }

    fn next_alternative(&mut self) {
        self.regex.push('|');
        self.at_segment_start = self.open.last().is_some_and(|brace| brace.at_segment_start);
    }

    /// What follows a `[`, to its `]`: as in a shell, `]` right after it and `-` at either end stand for themselves.
    fn class(&mut self) -> Result<(), &'static str> {
        const UNCLOSED: &str = "'[' without ']' (write \\[ for the character itself)";
        let negated = self.take('!') || self.take('^');
        let mut members = String::new();
        let mut next = self.rest.next().ok_or(UNCLOSED)?.1;
        loop {
            let low = next;
            let high = self.range_end().unwrap_or(low);
            if low > high {
                return Err("a range that ends before it starts");
            }
            if low == '/' && high == '/' {
                return Err("'/' in a class, which never matches a '/'");
            }
            for (low, high) in around_slash(low, high) {
                members.extend([escape(low), "-".to_owned(), escape(high)]);
            }
            next = self.rest.next().ok_or(UNCLOSED)?.1;
            if next == ']' {
                break;
            }
        }
        self.push(&(self.dialect.class)(negated, &members));
        Ok(())
    }

    /// The end of a range whose start was just read; `None` when it is a single character.
    fn range_end(&mut self) -> Option<char> {
        let mut ahead = self.rest.clone();
        let dash = ahead.next().is_some_and(|(_, character)| character == '-');
        match ahead.next() {
            Some((_, end)) if dash && end != ']' => {
                self.rest = ahead;
                Some(end)
            }
            _ => None,
        }
    }

    fn take(&mut self, wanted: char) -> bool {
        self.rest.next_if(|(_, character)| *character == wanted).is_some()
    }
}

/// A range without the `/` in it.
fn around_slash(low: char, high: char) -> Vec<(char, char)> {
    if low <= '/' && '/' <= high {
        [(low, '.'), ('0', high)].into_iter().filter(|(low, high)| low <= high).collect()
    } else {
        vec![(low, high)]
    }
}

fn escape(character: char) -> String {
    regex::escape(character.encode_utf8(&mut [0; 4]))
}

#[cfg(test)]
mod tests;
