//! `Content-Disposition` values that every store accepts and every browser reads.
//!
//! S3 refuses a value with a character outside ISO 8859-1, and the ClearML UI takes what follows the first `=` as the
//! file name, quotes and all. So a value is ASCII; the name comes first as a bare token where it is one; and a name
//! with other characters follows in UTF-8 ([RFC 6266](https://www.rfc-editor.org/rfc/rfc6266#section-4.3),
//! [RFC 8187](https://www.rfc-editor.org/rfc/rfc8187#section-3.2)).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but `attr-char` of RFC 8187.
const ATTRIBUTE: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// A name longer than this (in characters) is cut at its front, so that its extension stays.
const LONGEST_NAME: usize = 128;

/// `attachment` with a file name: the browser saves instead of showing.
///
/// ```
/// use presign_core::disposition::attachment;
/// assert_eq!(attachment("a+b.pkl"), "attachment; filename=a+b.pkl");
/// assert_eq!(attachment("été 1.txt"), "attachment; filename=\"_t_ 1.txt\"; filename*=UTF-8''%C3%A9t%C3%A9%201.txt");
/// ```
#[must_use]
pub fn attachment(file_name: &str) -> String {
    named("attachment", file_name)
}

/// `inline` with a file name: the browser shows, and saves under that name.
#[must_use]
pub fn inline(file_name: &str) -> String {
    named("inline", file_name)
}

fn named(kind: &str, file_name: &str) -> String {
    let name = shorten(file_name);
    if name.is_empty() {
        return kind.to_owned();
    }
    if name.bytes().all(is_token) {
        return format!("{kind}; filename={name}");
    }
    let fallback: String = name.chars().map(fallback_character).collect();
    if fallback == name {
        return format!("{kind}; filename=\"{name}\"");
    }
    format!("{kind}; filename=\"{fallback}\"; filename*=UTF-8''{}", utf8_percent_encode(&name, ATTRIBUTE))
}

fn shorten(name: &str) -> String {
    let extra = name.chars().count().saturating_sub(LONGEST_NAME);
    name.chars().skip(extra).collect()
}

/// `tchar` of [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2) but `%`, which some readers decode.
const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#' | b'$' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~'
        )
}

/// What stands for a character in the ASCII name: itself, or `_` where it would need an escape or could be misread.
const fn fallback_character(character: char) -> char {
    match character {
        '"' | '\\' | '/' | '%' => '_',
        ' '..='~' => character,
        _ => '_',
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_that_is_a_token_stands_bare_so_that_the_clearml_ui_reads_it() {
        assert_eq!(attachment("model_v1.2+b.pkl"), "attachment; filename=model_v1.2+b.pkl");
    }

    #[test]
    fn a_name_with_spaces_or_separators_is_quoted() {
        assert_eq!(inline("a b;c.txt"), "inline; filename=\"a b;c.txt\"");
    }

    #[test]
    fn what_could_break_out_of_the_quotes_is_replaced_and_kept_in_utf_8() {
        assert_eq!(
            attachment("a\"b\\c\r\nd.txt"),
            "attachment; filename=\"a_b_c__d.txt\"; filename*=UTF-8''a%22b%5Cc%0D%0Ad.txt"
        );
    }

    #[test]
    fn no_name_is_no_parameter() {
        assert_eq!(attachment(""), "attachment");
    }

    proptest! {
        #[test]
        fn every_value_is_one_printable_ascii_line(name in any::<String>()) {
            let value = attachment(&name);
            prop_assert!(value.bytes().all(|byte| (b' '..=b'~').contains(&byte)));
            prop_assert_eq!(value.matches('"').count() % 2, 0);
            prop_assert!(value.len() < 2048);
        }
    }
}
