//! Keys that signers get wrong.

use presign_core::ObjectKey;

/// Each of these has broken a signer, a proxy or a client somewhere.
const AWKWARD: &[&str] = &[
    // Plain, for comparison.
    "a",
    "dir/file.txt",
    "a.tar.gz",
    // What a form and a path read differently.
    "a b",
    " leading space",
    "trailing space ",
    "two  spaces",
    "a+b",
    "a + b+c",
    "+",
    // Literal percent signs: encoded exactly once, and never decoded twice.
    "%",
    "100%",
    "%zz",
    "a%20b",
    "a%2520b",
    "run%3A1",
    "a%2Fb",
    "a%2fb",
    "%2e%2e/x",
    "%00",
    "a%",
    "%41",
    // What ends a path.
    "a?b",
    "?",
    "a?b=c&d=e",
    "a#b",
    "#",
    "a;b=c",
    "a=b&c",
    "?X-Amz-Signature=0&sig=0",
    // RFC 3986's sub-delimiters and unreserved characters.
    "a*b",
    "a(b)c",
    "a!b",
    "it's",
    "a~b",
    "~_-.",
    "a,b;c",
    "a:b",
    "a@b",
    "user:password@host",
    "a$b",
    "a&b",
    // What is allowed nowhere unencoded.
    "a[b]c",
    "a{b}c",
    "a|b",
    "a^b",
    "a`b",
    "a\"b",
    "\"quoted\"",
    "a<b>c",
    "a\\b",
    "\\",
    // Slashes, each of which is part of the key.
    "/a",
    "//a",
    "a/",
    "a//b",
    "a///b",
    "a/ /b",
    "/",
    // Dots that are no dot segments.
    "...",
    ".hidden",
    "a/.b/c.",
    "a..b/..c",
    // What looks like a URL or a host.
    "http://host/path",
    "s3://bucket/key",
    "www.example.com/a",
    "C:/a/b",
    // Beyond ASCII, composed and not, right to left, and outside the basic plane.
    "é",
    "e\u{301}",
    "ß/ñ/ü.png",
    "日本/語.txt",
    "שלום.txt",
    "тест/потеря.jpeg",
    "non\u{a0}breaking",
    "zero\u{200b}width",
    "right\u{202e}to left",
    "line\u{2028}separator",
    "\u{fffd}",
    "\u{feff}mark",
    "😀.png",
    "👩‍👩‍👧/a",
    // As ClearML's SDK writes them: each part is quoted once before it becomes the key.
    "My Project/task%3A1.5d1f0c7be4a94b3f8a62970ce31d84ab/artifacts/a b/a+b.pkl",
    "%D1%82%D0%B5%D1%81%D1%82/run%3A1.5d1f0c7be4a94b3f8a62970ce31d84ab/metrics/потеря/train.slash.x/a_00000003.jpeg",
    "P/run.5d1f0c7be4a94b3f8a62970ce31d84ab/models/best model #1 (95%)?.ckpt",
    "P/.pipelines/step%401.5d1f0c7be4a94b3f8a62970ce31d84ab/metrics/loss/v%21/loss_v%21_00000000.png",
];

/// More than eighty keys that signers get wrong: escapes, separators, slashes, scripts, lengths.
#[must_use]
pub fn awkward_keys() -> Vec<ObjectKey> {
    let long = ["x".repeat(1_000), "é".repeat(500), "%".repeat(1_024), format!("{}/b", "a/".repeat(510))];
    AWKWARD.iter().map(|text| (*text).to_owned()).chain(long).filter_map(|text| ObjectKey::parse(text).ok()).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_key_of_the_list_is_one_and_stands_there_once() {
        let keys = awkward_keys();
        assert_eq!(keys.len(), AWKWARD.len() + 4);
        assert_eq!(keys.iter().collect::<HashSet<_>>().len(), keys.len());
        assert!(keys.len() >= 80);
    }
}
