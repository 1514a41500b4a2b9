//! Regular expressions that say the same in the browser, in Python and here.

use std::borrow::Cow;

/// What a text is called in a regular expression. Brackets, where that is possible: a backslash has to be doubled for
/// every language that the expression is written into on its way.
pub(super) fn literal(text: &str) -> String {
    text.chars().map(escaped).collect()
}

fn escaped(character: char) -> Cow<'static, str> {
    match character {
        '.' | '*' | '+' | '?' | '(' | ')' | '{' | '}' | '|' | '$' => format!("[{character}]").into(),
        '\\' | '[' | ']' | '^' => format!("\\{character}").into(),
        plain => plain.to_string().into(),
    }
}

/// One of several texts; brackets only where they are needed.
pub(super) fn one_of(alternatives: &[String]) -> String {
    match alternatives {
        [only] => only.clone(),
        several => format!("(?:{})", several.join("|")),
    }
}

/// An expression that has to match to the end, as one that is searched for.
pub(super) fn to_the_end(regex: &str) -> String {
    match regex.strip_suffix(".*") {
        Some(open) if !open.ends_with('\\') => open.to_owned(),
        _ => format!("{regex}$"),
    }
}

/// A regular expression whose characters stand for themselves, as one that can be handed on as text: without control
/// characters, and with the last character that a browser knows for the last one of all.
pub(super) fn printable(regex: &str) -> String {
    let printable = |character: char| match character {
        char::MAX => r"\uffff".into(),
        control if control.is_control() => format!(r"\x{:02x}", u32::from(control)).into(),
        plain => Cow::from(plain.to_string()),
    };
    regex.chars().map(printable).collect()
}

/// Whether a regular expression sets flags, what they do to it aside.
pub(super) fn has_flags(regex: &str) -> bool {
    regex.matches("(?").count() != regex.matches("(?:").count()
}

/// What a regular expression uses that a browser or Python do not know, or read otherwise.
pub(super) fn foreign(regex: &str) -> Option<&'static str> {
    const FOREIGN: [&str; 16] = [
        "(?i", "(?s", "(?m", "(?x", "(?u", "(?-", "(?U", "(?P<", "[[:", "&&", r"\p", r"\P", r"\A", r"\z", r"\x{",
        r"\u{",
    ];
    FOREIGN.into_iter().find(|syntax| regex.contains(syntax))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_matches_itself_and_has_hardly_a_backslash() {
        for text in ["s3://minio.example:9000/b/", r"a\b^c]d[e", "x{1}+(a|b)?*$", "é #&~-"] {
            let regex = regex::Regex::new(&format!("^{}$", literal(text))).unwrap();
            assert!(regex.is_match(text), "{text}: {regex}");
        }
        assert_eq!(literal("minio.example"), "minio[.]example");
    }

    #[test]
    fn what_is_handed_on_is_text() {
        assert_eq!(printable("[\0-.0-\u{10ffff}]é"), r"[\x00-.0-\uffff]é");
    }

    #[test]
    fn an_open_end_needs_no_words() {
        assert_eq!(to_the_end("^s3://b/.*"), "^s3://b/");
        assert_eq!(to_the_end(r"^s3://b/\.*"), r"^s3://b/\.*$");
        assert_eq!(to_the_end("^s3://b/[^/]*[.]png"), "^s3://b/[^/]*[.]png$");
    }
}
