//! Percent-encoding: the one way from literal text to the wire, and back.
//!
//! AWS, Google and Azure agree on it: every byte but the unreserved characters of
//! [RFC 3986 section 2.3](https://www.rfc-editor.org/rfc/rfc3986#section-2.3) becomes `%XX` in upper case, once. In a
//! path `/` stays.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const PATH: &AsciiSet = &QUERY.remove(b'/');

/// Appends a path: `/` stays, every other reserved byte is encoded.
///
/// ```
/// let mut path = String::from("/bucket/");
/// presign_core::encode::path_into(&mut path, "a b/%3A/é");
/// assert_eq!(path, "/bucket/a%20b/%253A/%C3%A9");
/// ```
pub fn path_into(target: &mut String, text: &str) {
    target.extend(utf8_percent_encode(text, PATH));
}

/// Appends a query's name or value: `/` is encoded like every other reserved byte.
pub fn query_into(target: &mut String, text: &str) {
    target.extend(utf8_percent_encode(text, QUERY));
}

/// An encoded path, as [`path_into`].
#[must_use]
pub fn path(text: &str) -> String {
    utf8_percent_encode(text, PATH).to_string()
}

/// An encoded query part, as [`query_into`].
#[must_use]
pub fn query(text: &str) -> String {
    utf8_percent_encode(text, QUERY).to_string()
}

/// Decodes `%XX` once; a `%` that starts no such triplet stays, as browsers have it
/// ([URL Standard](https://url.spec.whatwg.org/#percent-decode)). `None` when the bytes are not UTF-8.
#[must_use]
pub fn decode(text: &str) -> Option<String> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut left = text.as_bytes();
    loop {
        left = match left {
            [b'%', high, low, rest @ ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                decoded.push(hex_digit(*high) << 4 | hex_digit(*low));
                rest
            }
            [byte, rest @ ..] => {
                decoded.push(*byte);
                rest
            }
            [] => break,
        };
    }
    String::from_utf8(decoded).ok()
}

/// The value of a hexadecimal digit.
const fn hex_digit(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20) - b'a' + 10,
    }
}

/// Decodes a value of `application/x-www-form-urlencoded` once: `+` is a space. `None` when the bytes are not UTF-8.
#[must_use]
pub fn decode_form(text: &str) -> Option<String> {
    if text.contains('+') { decode(&text.replace('+', " ")) } else { decode(text) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_unreserved_characters_stay() {
        let kept = "ABCxyz019-._~";
        assert_eq!(query(kept), kept);
        assert_eq!(query("/ +*'()!=&%"), "%2F%20%2B%2A%27%28%29%21%3D%26%25");
        assert_eq!(path("a/b c"), "a/b%20c");
    }

    #[test]
    fn a_form_value_has_plus_for_space_and_an_encoded_plus() {
        assert_eq!(decode_form("My+Project/a%2Bb%253A").as_deref(), Some("My Project/a+b%3A"));
        assert_eq!(decode("a+b%zz%").as_deref(), Some("a+b%zz%"));
        assert_eq!(decode("%ff"), None);
    }

    proptest! {
        #[test]
        fn decoding_is_that_of_the_url_standard(text in "([ -~é]|%[0-9a-fA-F]{0,2}){0,20}") {
            let oracle = percent_encoding::percent_decode_str(&text).decode_utf8().ok().map(std::borrow::Cow::into_owned);
            prop_assert_eq!(decode(&text), oracle);
        }

        #[test]
        fn decoding_undoes_encoding(text in any::<String>()) {
            prop_assert_eq!(decode(&path(&text)), Some(text.clone()));
            prop_assert_eq!(decode(&query(&text)), Some(text.clone()));
            prop_assert_eq!(decode_form(&query(&text)), Some(text));
        }
    }
}
