//! One pattern over a storage URL, checked and anchored.

use regex_automata::{
    Anchored, Input, hybrid,
    meta::Regex,
    nfa::thompson::{self, WhichCaptures},
    util::syntax,
};

use super::glob;

/// How large one pattern's automaton may be. `(\w{100}){100}` is a few characters and many megabytes.
const LARGEST: usize = 1024 * 1024;

/// A glob or a regular expression that is fit for an automaton of many.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    /// As it is written in the configuration.
    source: String,
    /// What it means: a regular expression for the whole URL, anchored, and the same for two that are written
    /// differently but mean the same (`a` and `(?:a)`).
    regex: String,
    /// The literal text that every match starts with, as far as that is known.
    head: String,
    /// Whether everything that starts with `head` matches.
    takes_all: bool,
}

impl Pattern {
    /// A glob; it has to match the whole URL.
    pub(super) fn glob(source: &str) -> Result<Self, String> {
        let regex = glob::to_regex(source).map_err(|error| error.to_string())?;
        let (head, takes_all) = glob::literal_head(source);
        Ok(Self { head, takes_all, ..Self::checked(source, &regex, whole)? })
    }

    /// A regular expression that has to match the whole URL.
    pub(super) fn whole(source: &str) -> Result<Self, String> {
        let (head, rest) = literal_start(source.strip_prefix('^').unwrap_or(source));
        let takes_all = rest.strip_suffix('$').unwrap_or(rest) == ".*";
        Ok(Self { head, takes_all, ..Self::checked(source, source, whole)? })
    }

    /// A regular expression that is searched for in the URL.
    pub(super) fn search(source: &str) -> Result<Self, String> {
        let (head, rest) = source.strip_prefix('^').map(literal_start).unwrap_or_default();
        let takes_all = source.starts_with('^') && rest.is_empty();
        let anywhere = |regex: &str| format!(r"\A(?s:.)*?(?:{regex})");
        Ok(Self { head, takes_all, ..Self::checked(source, source, anywhere)? })
    }

    fn checked(source: &str, regex: &str, anchor: impl Fn(&str) -> String) -> Result<Self, String> {
        let regex = anchor(&normalize(regex)?);
        check_size(&regex)?;
        Ok(Self { source: source.to_owned(), regex, head: String::new(), takes_all: false })
    }

    pub(super) fn source(&self) -> &str {
        &self.source
    }

    pub(super) fn regex(&self) -> &str {
        &self.regex
    }

    pub(super) fn head(&self) -> &str {
        &self.head
    }

    pub(super) fn takes_all(&self) -> bool {
        self.takes_all
    }

    /// Whether `head` is all that matches.
    pub(super) fn is_literal(&self) -> bool {
        normalize(&regex::escape(&self.head)).is_ok_and(|regex| whole(&regex) == self.regex)
    }

    /// The rest of the source, where the first `length` bytes of `head` are taken away.
    pub(super) fn source_after(&self, length: usize) -> &str {
        let mut rest = self.source.strip_prefix('^').unwrap_or(&self.source);
        let mut taken = 0;
        while taken < length {
            let mut characters = rest.chars();
            let character = match characters.next() {
                Some('\\') => characters.next(),
                plain => plain,
            };
            let Some(character) = character else { break };
            taken += character.len_utf8();
            rest = characters.as_str();
        }
        rest
    }

    /// Whether what follows matters otherwise after one of some texts than after another. `true` where that is unknown.
    pub(super) fn tells_apart(&self, texts: &[String]) -> bool {
        let [first, others @ ..] = texts else { return false };
        let Ok(automaton) = hybrid::dfa::DFA::builder().syntax(syntax()).build(&self.regex) else { return true };
        let mut cache = automaton.create_cache();
        let Some(state) = state_after(&automaton, &mut cache, first) else { return true };
        others.iter().any(|text| state_after(&automaton, &mut cache, text) != Some(state)) || cache.clear_count() > 0
    }

    /// The regular expression as it is understood, without flags and comments.
    pub(super) fn normalized(&self) -> &str {
        self.regex.strip_prefix(r"\A(?:").and_then(|rest| rest.strip_suffix(r")\z")).unwrap_or(&self.regex)
    }

    /// Those of some texts that a match may start with: what is left out is certain, what is not is not.
    pub(super) fn possible_starts(&self, texts: &[&'static str]) -> Vec<&'static str> {
        let agrees = |text: &&&str| self.head.bytes().zip(text.bytes()).all(|(known, wanted)| known == wanted);
        let agreeing: Vec<&'static str> = texts.iter().filter(agrees).copied().collect();
        if agreeing.iter().all(|text| text.len() <= self.head.len()) {
            return agreeing;
        }
        let Ok(automaton) = hybrid::dfa::DFA::builder().syntax(syntax()).build(&self.regex) else { return agreeing };
        agreeing.into_iter().filter(|text| survives(&automaton, text).unwrap_or(true)).collect()
    }
}

/// The configuration that all patterns are read with.
///
/// Characters are Unicode's, case counts, and `.` matches whatever there is. Bytes are allowed (`(?-u:\xFF)`), because
/// that is how globs count them.
pub(super) fn syntax() -> syntax::Config {
    syntax::Config::new().utf8(false).dot_matches_new_line(true)
}

/// An automaton for this pattern alone.
pub(super) fn compile(pattern: &Pattern) -> Result<Regex, String> {
    Regex::builder()
        .syntax(syntax())
        .configure(Regex::config().which_captures(WhichCaptures::Implicit).nfa_size_limit(Some(LARGEST)))
        .build(pattern.regex())
        .map_err(|error| error.to_string())
}

/// Reads a regular expression alone and writes it down again, so that what stands around it later cannot change its
/// meaning, nor it theirs: `a)|(b` is refused, the comment of `(?x)a # b` is gone.
fn normalize(regex: &str) -> Result<String, String> {
    syntax::parse_with(regex, &syntax()).map(|parsed| parsed.to_string()).map_err(|error| error.to_string())
}

/// The text that all matches of a regular expression start with, as far as that is easy to see, and what follows it.
fn literal_start(regex: &str) -> (String, &str) {
    let mut head = String::new();
    let mut rest = regex;
    // Alternatives, and flags, can change what stands beside them.
    while !regex.contains('|') && !regex.contains("(?") {
        let mut characters = rest.chars();
        let character = match characters.next() {
            Some('\\') => characters.next().filter(char::is_ascii_punctuation),
            plain => plain.filter(|character| !r".+*?()[]{}^$".contains(*character)),
        };
        let Some(character) = character else { break };
        head.push(character);
        rest = characters.as_str();
    }
    if rest.starts_with(['*', '+', '?', '{']) {
        head.pop();
    }
    (head, rest)
}

fn whole(regex: &str) -> String {
    format!(r"\A(?:{regex})\z")
}

fn check_size(regex: &str) -> Result<(), String> {
    let limits = thompson::Config::new().nfa_size_limit(Some(LARGEST)).which_captures(WhichCaptures::None);
    match thompson::Compiler::new().syntax(syntax()).configure(limits).build(regex) {
        Ok(_) => Ok(()),
        Err(error) if error.size_limit().is_some() => Err(format!(
            "the pattern needs more than {} KiB when compiled: make its repetitions smaller, or split it",
            LARGEST / 1024
        )),
        Err(error) => Err(error.to_string()),
    }
}

/// Whether a match is still possible after `text` was read; `None` when that is unknown.
fn survives(automaton: &hybrid::dfa::DFA, text: &str) -> Option<bool> {
    state_after(automaton, &mut automaton.create_cache(), text).map(|state| !state.is_dead())
}

fn state_after(
    automaton: &hybrid::dfa::DFA,
    cache: &mut hybrid::dfa::Cache,
    text: &str,
) -> Option<hybrid::LazyStateID> {
    let mut state = automaton.start_state_forward(cache, &Input::new(text).anchored(Anchored::Yes)).ok()?;
    for byte in text.bytes() {
        state = automaton.next_state(cache, state, byte).ok()?;
    }
    Some(state)
}
