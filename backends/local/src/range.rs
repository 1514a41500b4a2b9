//! `Range`: which part of an object a client wants.
//!
//! [RFC 9110 section 14](https://www.rfc-editor.org/rfc/rfc9110#section-14.2) lets a server ignore a range it does not
//! like: several ranges, another unit, and nonsense all get the whole object.

use std::ops::Range;

/// The part of an object to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Part {
    /// All of it: 200.
    Whole,
    /// These bytes, at least one: 206.
    Bytes(Range<u64>),
    /// None of it lies where the client looks for it: 416.
    Unsatisfiable,
}

/// Reads a `Range` header for an object of `size` bytes.
pub(crate) fn parse(header: &str, size: u64) -> Part {
    let Some((unit, spec)) = header.split_once('=') else { return Part::Whole };
    let Some((first, last)) = spec.trim().split_once('-') else { return Part::Whole };
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return Part::Whole;
    }
    match (number(first), number(last)) {
        (Number::None, Number::Value(length)) => part(size.saturating_sub(length)..size, length > 0),
        (Number::Value(first), Number::None) => part(first..size, true),
        (Number::Value(first), Number::Value(last)) if first <= last => {
            part(first..size.min(last.saturating_add(1)), true)
        }
        _ => Part::Whole,
    }
}

fn part(bytes: Range<u64>, wanted: bool) -> Part {
    if bytes.is_empty() || !wanted { Part::Unsatisfiable } else { Part::Bytes(bytes) }
}

enum Number {
    None,
    Value(u64),
    Invalid,
}

/// Digits only; a number beyond all sizes is as good as the largest.
fn number(text: &str) -> Number {
    if text.is_empty() {
        Number::None
    } else if text.bytes().all(|byte| byte.is_ascii_digit()) {
        Number::Value(text.parse().unwrap_or(u64::MAX))
    } else {
        Number::Invalid
    }
}

#[cfg(test)]
mod tests;
