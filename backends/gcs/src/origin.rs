//! `http[s]://host[:port]`.

use http::Uri;

/// Where links point to, but for bucket and key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    scheme: &'static str,
    /// `host[:port]` in lower case, without the scheme's own port.
    authority: String,
}

impl Origin {
    /// The endpoint of a universe: Google's own is `googleapis.com`.
    pub(crate) fn of_universe(domain: &str) -> Self {
        Self { scheme: "https", authority: format!("storage.{domain}") }
    }

    /// Reads `http://host`, `https://host` or, as https, `host` alone; each with or without a port.
    ///
    /// # Errors
    /// Says what an origin looks like.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        // The text is not repeated: it may hold a password or a signature that does not belong there.
        let wrong = || "is not a host: write https://host or http://host:port, without a path".to_owned();
        let full = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
        if !full.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/[]".contains(&byte)) {
            return Err(wrong());
        }
        let uri: Uri = full.parse().map_err(|_| wrong())?;
        let (scheme, own_port) = match uri.scheme_str() {
            Some("https") => ("https", ":443"),
            Some("http") => ("http", ":80"),
            _ => return Err(wrong()),
        };
        if uri.path() != "/" {
            return Err(wrong());
        }
        let authority = uri.authority().ok_or_else(wrong)?.as_str().to_ascii_lowercase();
        let authority = authority.strip_suffix(own_port).unwrap_or(&authority).to_owned();
        Ok(Self { scheme, authority })
    }

    /// `https` or `http`.
    pub(crate) const fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// `host[:port]`.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_host_with_or_without_scheme_and_port() {
        for (text, scheme, authority) in [
            ("https://storage.googleapis.com", "https", "storage.googleapis.com"),
            ("https://Storage.googleapis.com:443/", "https", "storage.googleapis.com"),
            ("http://localhost:8080", "http", "localhost:8080"),
            ("http://localhost:80", "http", "localhost"),
            ("cdn.example.com", "https", "cdn.example.com"),
            ("cdn.example.com:8443", "https", "cdn.example.com:8443"),
        ] {
            let origin = Origin::parse(text).unwrap();
            assert_eq!((origin.scheme(), origin.authority()), (scheme, authority), "{text}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in
            ["", "ftp://host", "https://", "https://host/path", "https://u@host", "host?x", "host#x", "ho st", "a%2Fb"]
        {
            assert!(Origin::parse(text).is_err(), "{text}");
        }
    }
}
