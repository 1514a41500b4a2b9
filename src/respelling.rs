//! Keys that were garbled on their way, and what they may have been.
//!
//! * **A decoded task prefix.** The SDK quotes project and task names before they become part of a key
//!   (`run:1` → `run%3A1`). A WebApp's report widget, and a proxy that normalises paths, decode that.
//! * **A key quoted once too often.** SDK 1.11.0 to 1.11.1 registered `gs://` URLs quoted once more than their keys.
//! * **Leading slashes.** The SDK drops those of `s3://bucket//key` when it writes, the WebApp keeps them.
//!
//! What is made here is a guess: it counts only where the object does not exist as it is spelt and does exist so, and
//! the rules are asked about it as about every other key.

use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use presign_core::{ObjectKey, ObjectLocation, Scheme, encode};

use crate::request::task_prefix_end;

/// All that the SDK quotes in project and task names.
const QUOTED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'\'')
    .remove(b'[')
    .remove(b']')
    .remove(b'{')
    .remove(b'}')
    .remove(b'(')
    .remove(b')')
    .remove(b'$')
    .remove(b'^')
    .remove(b',')
    .remove(b'.')
    .remove(b';')
    .remove(b' ')
    .remove(b'-')
    .remove(b'_')
    .remove(b'+')
    .remove(b'=')
    .remove(b'/')
    .remove(b'~');
/// The same for a prefix that holds triplets already.
const QUOTED_BUT_PERCENT: &AsciiSet = &QUOTED.remove(b'%');

/// The locations that a garbled key may have meant, the likeliest first; none for a key as the SDK writes it today.
#[must_use]
pub fn other_spellings(location: &ObjectLocation) -> Vec<ObjectLocation> {
    let key = location.key().as_str();
    let mut keys: Vec<String> = [without_leading_slashes(key), requoted(key)].into_iter().flatten().collect();
    if location.scheme() == Scheme::Gs {
        keys.extend(unquoted(key));
    }
    let located = |key| location.with_object(location.bucket(), ObjectKey::parse(key).ok()?).ok();
    keys.into_iter().filter_map(located).collect()
}

fn without_leading_slashes(key: &str) -> Option<String> {
    key.starts_with('/').then(|| key.trim_start_matches('/').to_owned())
}

/// The key with its task prefix quoted as the SDK does it.
fn requoted(key: &str) -> Option<String> {
    let (prefix, rest) = key.split_at_checked(task_prefix_end(key)?)?;
    match Cow::from(utf8_percent_encode(prefix, QUOTED_BUT_PERCENT)) {
        Cow::Borrowed(_) => None,
        Cow::Owned(quoted) => Some(quoted + rest),
    }
}

/// The key decoded once, if the SDK of today would not have written it as it is.
fn unquoted(key: &str) -> Option<String> {
    if !key.contains('%') {
        return None;
    }
    let (prefix, rest) = key.split_at_checked(task_prefix_end(key).unwrap_or_default())?;
    let decoded = encode::decode(key)?;
    let once = encode::decode(prefix)?;
    let quoted_anew = utf8_percent_encode(&once, QUOTED).to_string();
    (decoded != key && (quoted_anew != prefix || rest.contains('%'))).then_some(decoded)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef";

    fn others(scheme: Scheme, key: &str) -> Vec<String> {
        let location = ObjectLocation::new(scheme, None, "b", ObjectKey::parse(key).unwrap()).unwrap();
        other_spellings(&location).iter().map(|other| other.key().as_str().to_owned()).collect()
    }

    #[test]
    fn a_task_prefix_that_was_decoded_is_quoted_again() {
        let found = others(Scheme::S3, &format!("Проект/a@b/run:1.{ID}/metrics/a:b/п.png"));
        let quoted = "%D0%9F%D1%80%D0%BE%D0%B5%D0%BA%D1%82";
        assert_eq!(found, [format!("{quoted}/a%40b/run%3A1.{ID}/metrics/a:b/п.png")]);
    }

    #[test]
    fn a_prefix_that_was_decoded_in_part_keeps_its_triplets() {
        assert_eq!(others(Scheme::S3, &format!("п%3A/r.{ID}/x")), [format!("%D0%BF%3A/r.{ID}/x")]);
    }

    #[test]
    fn a_google_key_that_was_quoted_once_too_often_is_decoded() {
        assert_eq!(others(Scheme::Gs, &format!("My%20P/run%253A1.{ID}/a")), [format!("My P/run%3A1.{ID}/a")]);
        assert_eq!(others(Scheme::Gs, &format!("P/run.{ID}/a%20b")), [format!("P/run.{ID}/a b")]);
        assert_eq!(others(Scheme::Gs, "a%20b"), ["a b"]);
        assert_eq!(others(Scheme::S3, &format!("My%20P/run%253A1.{ID}/a")), Vec::<String>::new());
    }

    #[test]
    fn leading_slashes_are_dropped() {
        assert_eq!(others(Scheme::S3, "//x/y"), ["x/y"]);
    }

    #[test]
    fn a_key_as_the_sdk_writes_it_has_no_other_spelling() {
        let keys = [
            format!("My Project/run%3A1 [a]{{b}}(c)$^,;=+-_'.{ID}/metrics/п/0x3ax.png"),
            format!("%D1%82/run%25.{ID}/artifacts/model"),
            "plain/key.txt".to_owned(),
        ];
        for key in keys {
            for scheme in [Scheme::S3, Scheme::Gs, Scheme::Azure] {
                assert_eq!(others(scheme, &key), Vec::<String>::new(), "{key}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_prefix_comes_back_whatever_the_task_is_called(name in "[^/\\\\.%\u{0}-\u{1f}\u{7f}]{1,20}") {
            let stored = format!("{}.{ID}/metrics/x", utf8_percent_encode(&name, QUOTED));
            let garbled = format!("{name}.{ID}/metrics/x");
            let found = others(Scheme::S3, &garbled);
            prop_assert!(stored == garbled || found == [stored.clone()], "{stored} {found:?}");
        }
    }
}
