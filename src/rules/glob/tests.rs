//! Globs against what they mean, and against globset where it agrees.

use proptest::prelude::*;

use super::*;

fn matches(glob: &str, text: &str) -> bool {
    let regex = format!(r"\A(?:{})\z", to_regex(glob).unwrap());
    regex::bytes::Regex::new(&regex).unwrap().is_match(text.as_bytes())
}

fn error(glob: &str) -> String {
    to_regex(glob).unwrap_err().to_string()
}

#[test]
fn a_star_stays_within_its_segment_and_two_do_not() {
    assert!(matches("s3://b/*.png", "s3://b/x.png"));
    assert!(!matches("s3://b/*.png", "s3://b/x/y.png"));
    assert!(matches("s3://b/**", "s3://b/x/y.png"));
    assert!(matches("s3://b/**.png", "s3://b/x/y.png"));
    assert!(matches("**", "s3://b/x/y.png"));
}

#[test]
fn two_stars_as_a_segment_stand_for_any_number_of_segments() {
    for text in ["a/b", "a/x/b", "a/x/y/b"] {
        assert!(matches("a/**/b", text), "{text}");
        assert!(matches("**/b", text), "{text}");
        assert!(matches("a/{**/b,c}", text), "{text}");
    }
    assert!(!matches("a/**/b", "a/xb"));
    assert!(!matches("a/**", "a"));
    assert!(matches("a/**", "a/"));
}

#[test]
fn a_question_mark_and_a_class_match_one_character_of_any_alphabet() {
    for text in ["café", "cafe", "caf日"] {
        assert!(matches("caf?", text), "{text}");
        assert!(matches("caf[!x]", text), "{text}");
    }
    assert!(!matches("caf??", "café"));
    assert!(matches("caf[éè]", "cafè"));
    assert!(matches("caf[à-ï]", "café"));
    assert!(!matches("caf[éè]", "caf\u{303}"));
}

#[test]
fn a_class_never_crosses_a_slash() {
    for glob in ["pub[!a]x", "pub[^a]x", "pub[+-9]x", "pub?x", "pub*x"] {
        assert!(!matches(glob, "pub/x"), "{glob}");
    }
    assert!(matches("pub[+-9]x", "pub.x"));
}

#[test]
fn a_class_holds_brackets_and_dashes_as_in_a_shell() {
    for (glob, text) in
        [("[]a]", "]"), ("[!]a]", "b"), ("[a-]", "-"), ("[-a]", "-"), ("[\\^&~[]", "\\"), ("[a&&b]", "&")]
    {
        assert!(matches(glob, text), "{glob}");
    }
    assert!(!matches("[!]a]", "]"));
}

#[test]
fn braces_offer_alternatives() {
    for text in ["a.png", "a.jpeg", "a.jpg"] {
        assert!(matches("a.{png,jp{e,}g}", text), "{text}");
    }
    assert!(!matches("a.{png,jp{e,}g}", "a.gif"));
    assert!(matches("a,b", "a,b"));
}

#[test]
fn a_backslash_makes_a_character_stand_for_itself() {
    assert!(matches(r"\[x\]\*\?\{\}\\", r"[x]*?{}\"));
    assert!(matches("a.b+c(d)|^$#e f", "a.b+c(d)|^$#e f"));
    assert!(!matches("a.b", "axb"));
}

#[test]
fn a_glob_that_is_none_is_refused_with_the_position() {
    assert_eq!(
        error("é/[ab"),
        "'[' without ']' (write \\[ for the character itself), at character 3 of the glob 'é/[ab'"
    );
    assert!(error("a/{b,c").starts_with("'{' without '}', at character 3"));
    assert!(error("a}").starts_with("'}' without '{' (write \\} for the character itself), at character 2"));
    assert!(error("a\\").starts_with("'\\' with nothing after it, at character 2"));
    assert!(error("[z-a]").starts_with("a range that ends before it starts, at character 1"));
    assert!(error("x[a/]").starts_with("'/' in a class"));
}

#[test]
fn the_literal_head_ends_where_the_pattern_starts() {
    assert_eq!(literal_head("s3://b/**"), ("s3://b/".to_owned(), true));
    assert_eq!(literal_head(r"s3://b/\*x/*"), ("s3://b/*x/".to_owned(), false));
    assert_eq!(literal_head("**"), (String::new(), true));
    assert_eq!(literal_head("abc"), ("abc".to_owned(), false));
}

/// A piece of a glob, and what it means without any regular expression.
#[derive(Debug, Clone)]
enum Piece {
    Literal(char),
    One,
    Star,
    Segments,
    Class { negated: bool, members: Vec<char> },
}

fn write(pieces: &[Piece]) -> String {
    let mut glob = String::new();
    for piece in pieces {
        match piece {
            Piece::Literal(character) => glob.extend(['\\', *character]),
            Piece::One => glob.push('?'),
            Piece::Star => glob.push('*'),
            Piece::Segments => glob.push_str("/**/"),
            Piece::Class { negated, members } => {
                glob.push_str(if *negated { "[!" } else { "[" });
                glob.extend(members);
                glob.push(']');
            }
        }
    }
    glob
}

fn meant(pieces: &[Piece], text: &[char]) -> bool {
    let Some((piece, rest)) = pieces.split_first() else { return text.is_empty() };
    let one =
        |fits: &dyn Fn(char) -> bool| text.first().is_some_and(|c| *c != '/' && fits(*c)) && meant(rest, &text[1..]);
    match piece {
        Piece::Literal(character) => text.first() == Some(character) && meant(rest, &text[1..]),
        Piece::One => one(&|_| true),
        Piece::Class { negated, members } => one(&|c| members.contains(&c) != *negated),
        Piece::Star => {
            let longest = text.iter().take_while(|c| **c != '/').count();
            (0..=longest).any(|length| meant(rest, &text[length..]))
        }
        Piece::Segments => {
            let ends = |end: &usize| text[*end] == '/' && text[0] == '/';
            (0..text.len()).filter(ends).any(|end| meant(rest, &text[end + 1..]))
        }
    }
}

fn piece() -> impl Strategy<Value = Piece> {
    let members = proptest::sample::subsequence(vec!['a', 'b', 'é', '日'], 1..3);
    prop_oneof![
        4 => proptest::sample::select(vec!['a', 'b', 'é', '/', '.', '[', '*']).prop_map(Piece::Literal),
        1 => Just(Piece::One),
        2 => Just(Piece::Star),
        1 => Just(Piece::Segments),
        1 => (any::<bool>(), members).prop_map(|(negated, members)| Piece::Class { negated, members }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_glob_matches_what_it_means(pieces in proptest::collection::vec(piece(), 0..8), text in "[abé日/.*\\[]{0,8}") {
        // Two stars in a row are another piece.
        prop_assume!(!write(&pieces).replace("/**/", "").contains("**") && !write(&pieces).contains("***"));
        let characters: Vec<char> = text.chars().collect();
        prop_assert_eq!(matches(&write(&pieces), &text), meant(&pieces, &characters), "{}", write(&pieces));
    }

    #[test]
    fn on_ascii_a_glob_means_what_globset_says(
        glob in "(a|b|\\.|/|\\?|/\\*\\*/|\\{a,b\\}|\\[ab\\]|\\[b-\\]){0,6}(\\*|/\\*\\*)?",
        text in "[ab/.]{0,8}",
    ) {
        let oracle = globset::GlobBuilder::new(&glob).literal_separator(true).build().unwrap().compile_matcher();
        prop_assert_eq!(matches(&glob, &text), oracle.is_match(&text), "{}", glob);
    }

    #[test]
    fn every_text_is_a_glob_or_refused(text in any::<String>()) {
        if let Ok(regex) = to_regex(&text) {
            prop_assert!(regex::bytes::Regex::new(&regex).is_ok());
        }
    }

    #[test]
    fn an_escaped_text_matches_itself_alone(text in "[^\u{0}-\u{1f}]{0,20}", other in "[^\u{0}-\u{1f}]{0,20}") {
        let glob: String = text.chars().flat_map(|character| ['\\', character]).collect();
        prop_assert!(matches(&glob, &text));
        prop_assert_eq!(matches(&glob, &other), text == other);
        prop_assert_eq!(literal_head(&glob), (text, false));
    }
}

#[test]
fn an_example_of_a_glob_is_matched_by_it() {
    let of = |glob| example(glob).unwrap();
    assert_eq!(
        ["ml-artifacts", "ml-{dev,prod}", r"a\*b", "run-[0-9]", "[!a]x"].map(of),
        ["ml-artifacts", "ml-dev", "a*b", "run-0", "bx"]
    );
    for glob in
        ["*", "?", "ml-*", "{team,org}-*-[a-f0-9]", "[!a-z]", "[日本]-?", "s3://b/**/x", "{a,{b,c}*}", "a.b+(c)|d"]
    {
        assert!(matches(glob, &of(glob)), "{glob}: {}", of(glob));
        assert!(!of(glob).is_empty());
    }
    assert_eq!(example("{a"), None);
}
