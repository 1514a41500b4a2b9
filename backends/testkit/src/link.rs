//! A signed URL, taken apart the way a client and a store would.

use http::{HeaderValue, Uri};
use presign_core::encode;

/// The parts of a URL, as they stand in it.
#[derive(Debug)]
pub(crate) struct Link {
    /// `host[:port]`.
    pub(crate) authority: String,
    /// The path with its first `/`, encoded.
    pub(crate) path: String,
    /// Names and values, encoded.
    pub(crate) query: Vec<(String, String)>,
}

impl Link {
    /// Takes a URL apart, or says what keeps it from being a `Location`.
    pub(crate) fn parse(url: &str) -> Result<Self, String> {
        if !url.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("is not printable ASCII without spaces".into());
        }
        if url.contains('#') {
            return Err("has a fragment, which clients do not send".into());
        }
        if HeaderValue::from_str(url).is_err() {
            return Err("is not fit for a Location header".into());
        }
        let uri: Uri = url.parse().map_err(|error| format!("is not a URL: {error}"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) {
            return Err("is neither http nor https".into());
        }
        let authority = uri.authority().map(ToString::to_string).unwrap_or_default();
        let query = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()).map(split).collect();
        Ok(Self { authority, path: uri.path().to_owned(), query })
    }

    /// The value of the parameter that holds the signature: the one named, or else the one that looks like it.
    pub(crate) fn signature(&self, name: Option<&str>) -> Option<&str> {
        let is_it = |candidate: &str| match name {
            Some(name) => candidate == name,
            None => candidate == "sig" || candidate.to_ascii_lowercase().ends_with("signature"),
        };
        self.query.iter().find(|(name, _)| is_it(name)).map(|(_, value)| value.as_str()).filter(|text| !text.is_empty())
    }

    /// Whether a parameter has this value, whether or not the reader takes `+` for a space.
    pub(crate) fn has_value(&self, value: &str) -> bool {
        self.query.iter().any(|(_, encoded)| !encoded.contains('+') && decode_once(encoded).as_deref() == Some(value))
    }

    /// The first name that stands in the query twice: readers differ on which of them counts.
    pub(crate) fn repeated_name(&self) -> Option<&str> {
        let mut names: Vec<_> = self.query.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        names.windows(2).find_map(|pair| match pair {
            [first, second] if first == second => Some(*first),
            _ => None,
        })
    }
}

fn split(pair: &str) -> (String, String) {
    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
    (name.to_owned(), value.to_owned())
}

/// Decodes `%XX` once; `None` where a `%` starts no triplet, because readers differ on what that means.
pub(crate) fn decode_once(text: &str) -> Option<String> {
    let well_formed = text.split('%').skip(1).all(|rest| {
        let mut digits = rest.bytes();
        [digits.next(), digits.next()].iter().all(|digit| digit.is_some_and(|byte| byte.is_ascii_hexdigit()))
    });
    if well_formed { encode::decode(text) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_location_is_named() {
        for (url, why) in [
            ("https://host/a b", "printable"),
            ("https://host/é", "printable"),
            ("https://host/a#b", "fragment"),
            ("ftp://host/a", "neither"),
            ("/a", "neither"),
        ] {
            assert!(Link::parse(url).unwrap_err().contains(why), "{url}");
        }
    }

    #[test]
    fn a_value_counts_only_where_every_reader_agrees_on_it() {
        let link = Link::parse("https://host/a?x=a%20b&y=c+d&X-Signature=0&y=1").unwrap();
        assert!(link.has_value("a b") && !link.has_value("c d") && !link.has_value("c+d"));
        assert_eq!(link.signature(None), Some("0"));
        assert_eq!(link.signature(Some("sig")), None);
        assert_eq!(link.repeated_name(), Some("y"));
        assert_eq!(decode_once("a%2"), None);
        assert_eq!(decode_once("%252F").as_deref(), Some("%2F"));
    }
}
