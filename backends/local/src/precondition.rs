//! Conditional requests ([RFC 9110 section 13](https://www.rfc-editor.org/rfc/rfc9110#section-13)).

use http::{HeaderMap, HeaderName, header};
use httpdate::HttpDate;

/// What tells one version of an object from another.
#[derive(Debug)]
pub(crate) struct Version<'a> {
    /// A strong entity tag, with its quotes.
    pub(crate) entity_tag: &'a str,
    /// When the object was last changed.
    pub(crate) modified: HttpDate,
}

/// What the conditions of a request come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Answer as if there were none.
    Proceed,
    /// The client has it: 304.
    NotModified,
    /// The client wants another version: 412.
    Failed,
}

impl Version<'_> {
    /// Evaluates the conditions in the order of
    /// [section 13.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2): tags win over dates.
    pub(crate) fn evaluate(&self, headers: &HeaderMap) -> Verdict {
        let unchanged = match tags(headers, &header::IF_MATCH) {
            Some(tags) => tags.iter().any(|tag| self.is_named_by(tag)),
            None => date(headers, &header::IF_UNMODIFIED_SINCE).is_none_or(|since| self.modified <= since),
        };
        let known = match tags(headers, &header::IF_NONE_MATCH) {
            // The comparison is weak: a cache that compressed the object has marked its tag so.
            Some(tags) => tags.iter().any(|tag| self.is_named_by(tag.strip_prefix("W/").unwrap_or(tag))),
            None => date(headers, &header::IF_MODIFIED_SINCE).is_some_and(|since| self.modified <= since),
        };
        match (unchanged, known) {
            (false, _) => Verdict::Failed,
            (true, true) => Verdict::NotModified,
            (true, false) => Verdict::Proceed,
        }
    }

    /// Whether a range still fits the version that the client has a part of (`If-Range`).
    pub(crate) fn allows_range(&self, headers: &HeaderMap) -> bool {
        let Some(value) = headers.get(header::IF_RANGE) else { return true };
        let value = value.to_str().unwrap_or_default();
        value == self.entity_tag || value.parse::<HttpDate>().is_ok_and(|date| date == self.modified)
    }

    fn is_named_by(&self, tag: &str) -> bool {
        tag == "*" || tag == self.entity_tag
    }
}

/// The tags of a header that may stand several times; `None` when it stands nowhere.
fn tags<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<Vec<&'a str>> {
    headers.contains_key(name).then(|| {
        let lines = headers.get_all(name).iter().filter_map(|value| value.to_str().ok());
        lines.flat_map(|line| line.split(',')).map(str::trim).collect()
    })
}

/// A date; one that is none counts as not sent.
fn date(headers: &HeaderMap, name: &HeaderName) -> Option<HttpDate> {
    headers.get(name)?.to_str().ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, SystemTime};

    use super::*;

    const TAG: &str = "\"1-2-3\"";

    fn version() -> Version<'static> {
        let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777);
        Version { entity_tag: TAG, modified: modified.into() }
    }

    fn headers(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn conditions_come_to_what_the_rfc_says() {
        use Verdict::{Failed, NotModified, Proceed};
        const AT: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
        const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";
        for (lines, verdict) in [
            (&[][..], Proceed),
            (&[("if-none-match", TAG)], NotModified),
            (&[("if-none-match", "W/\"1-2-3\"")], NotModified),
            (&[("if-none-match", "\"a\", \"1-2-3\"")], NotModified),
            (&[("if-none-match", "*")], NotModified),
            (&[("if-none-match", "\"a\"")], Proceed),
            (&[("if-modified-since", AT)], NotModified),
            (&[("if-modified-since", BEFORE)], Proceed),
            (&[("if-modified-since", "yesterday")], Proceed),
            (&[("if-none-match", "\"a\""), ("if-modified-since", AT)], Proceed),
            (&[("if-match", TAG)], Proceed),
            (&[("if-match", "W/\"1-2-3\"")], Failed),
            (&[("if-match", "\"a\"")], Failed),
            (&[("if-match", "\"a\""), ("if-none-match", TAG)], Failed),
            (&[("if-unmodified-since", AT)], Proceed),
            (&[("if-unmodified-since", BEFORE)], Failed),
        ] {
            assert_eq!(version().evaluate(&headers(lines)), verdict, "{lines:?}");
        }
    }

    #[test]
    fn a_range_fits_only_the_very_version_that_the_client_has() {
        for (value, fits) in [
            (TAG, true),
            ("W/\"1-2-3\"", false),
            ("\"a\"", false),
            ("Sun, 06 Nov 1994 08:49:37 GMT", true),
            ("Sun, 06 Nov 1994 08:49:38 GMT", false),
            ("nonsense", false),
        ] {
            assert_eq!(version().allows_range(&headers(&[("if-range", value)])), fits, "{value}");
        }
        assert!(version().allows_range(&HeaderMap::new()));
    }
}
