//! Object keys: literal bytes, checked once.

use std::fmt;

/// The longest key that S3, GCS and Azure take, in bytes of UTF-8.
const MAX_BYTES: usize = 1024;

/// The key of an object (Azure: the blob's name), exactly as the store knows it.
///
/// * It is literal: `%20` in it is three characters, and `?` and `#` are characters like any other.
/// * It is 1 to 1,024 bytes of UTF-8.
/// * It holds no control character and no `.` or `..` segment. Browsers remove such segments from a redirect's
///   `Location` ([RFC 3986 section 5.2.4](https://www.rfc-editor.org/rfc/rfc3986#section-5.2.4)), so a link to such a
///   key could only fail, or lead to another object than the one that was authorized.
///
/// ```
/// use presign_core::{InvalidKey, ObjectKey};
/// assert_eq!(ObjectKey::parse("run%3A1/a b.png").unwrap().as_str(), "run%3A1/a b.png");
/// assert_eq!(ObjectKey::parse("a/../b"), Err(InvalidKey::DotSegment));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKey(String);

/// Why a text is no object key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidKey {
    /// There is no key.
    #[error("the object key is empty")]
    Empty,
    /// The key is longer than any store takes.
    #[error("the object key is longer than 1,024 bytes")]
    TooLong,
    /// The key has a `.` or `..` segment.
    #[error("the object key has a '.' or '..' segment, which clients remove from a URL")]
    DotSegment,
    /// The key has a control character.
    #[error("the object key has a control character")]
    ControlCharacter,
}

impl ObjectKey {
    /// Checks a literal key.
    ///
    /// # Errors
    /// Says which of the invariants above the text breaks.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidKey> {
        let text = text.into();
        if text.is_empty() {
            return Err(InvalidKey::Empty);
        }
        if text.len() > MAX_BYTES {
            return Err(InvalidKey::TooLong);
        }
        if text.bytes().any(|byte| byte.is_ascii_control()) {
            return Err(InvalidKey::ControlCharacter);
        }
        if has_dot_segment(&text) {
            return Err(InvalidKey::DotSegment);
        }
        Ok(Self(text))
    }

    /// The literal key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What follows the last `/`: the name a browser would save the object under. Empty for a key that ends in `/`.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or_default()
    }
}

/// Whether a segment is `.` or `..`. A backslash separates too: browsers read `\` in a URL's path as `/`.
fn has_dot_segment(key: &str) -> bool {
    // By bytes, which are several times faster than characters: this is on the path of every request.
    key.as_bytes().split(|byte| matches!(byte, b'/' | b'\\')).any(|segment| matches!(segment, b"." | b".."))
}

impl fmt::Debug for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_kept_byte_for_byte() {
        for text in ["a", "/a", "a/", "a//b", "a?b#c%20d", "é/日本", "%2e%2e/x", "...", "a/.b", "b./c", "%"] {
            assert_eq!(ObjectKey::parse(text).map(|key| key.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn a_key_that_no_client_could_fetch_is_refused() {
        for text in [".", "..", "./a", "a/.", "a/../b", "a\\..\\b", "../a"] {
            assert_eq!(ObjectKey::parse(text), Err(InvalidKey::DotSegment), "{text}");
        }
    }

    #[test]
    fn control_characters_and_lengths_are_refused() {
        assert_eq!(ObjectKey::parse(""), Err(InvalidKey::Empty));
        for text in ["a\0b", "a\nb", "a\tb", "\u{7f}"] {
            assert_eq!(ObjectKey::parse(text), Err(InvalidKey::ControlCharacter), "{text:?}");
        }
        assert!(ObjectKey::parse("x".repeat(1024)).is_ok());
        assert_eq!(ObjectKey::parse("é".repeat(513)), Err(InvalidKey::TooLong));
    }
}
