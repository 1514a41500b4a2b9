//! Where a store is: `http[s]://host[:port]`.

use std::net::{IpAddr, Ipv6Addr};

/// A store's scheme, host and port: an [origin](https://www.rfc-editor.org/rfc/rfc6454#section-4), written as
/// `https://host`, `http://host:9000`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    scheme: &'static str,
    /// In lower case; an IPv6 address in brackets.
    host: String,
    /// `host[:port]`, without the scheme's own port, which clients leave out of the `Host` header.
    authority: String,
}

// The text is never repeated: it may hold a password or a signature that does not belong there.
const HOW: &str = "is not a store's address: write https://host or http://host:port, without user, path or query";

impl Origin {
    /// The https origin of a host that is well formed.
    #[must_use]
    pub fn https(host: impl Into<String>) -> Self {
        let host = host.into();
        Self { scheme: "https", authority: host.clone(), host }
    }

    /// Reads `https://host[:port]` or `http://host[:port]`; one `/` may follow.
    ///
    /// # Errors
    /// Says what an address looks like.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.to_ascii_lowercase();
        let (scheme, rest) = if let Some(rest) = text.strip_prefix("https://") {
            ("https", rest)
        } else {
            ("http", text.strip_prefix("http://").ok_or(HOW)?)
        };
        let (host, port) = split_port(rest.strip_suffix('/').unwrap_or(rest)).ok_or(HOW)?;
        if !is_host(host) {
            return Err(HOW.to_owned());
        }
        let own_port = own_port(scheme);
        let port = port.filter(|port| *port != own_port);
        let authority = port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
        Ok(Self { scheme, host: host.to_owned(), authority })
    }

    /// `https` or `http`.
    #[must_use]
    pub const fn scheme(&self) -> &'static str {
        self.scheme
    }

    /// `host[:port]` in lower case, as it is signed: without the scheme's own port.
    #[must_use]
    pub fn authority(&self) -> &str {
        &self.authority
    }

    /// The host without a port, in lower case; an IPv6 address in brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether it is encrypted.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.scheme == "https"
    }

    /// Whether the host is an IP address, which nothing can stand in front of.
    #[must_use]
    pub fn is_address(&self) -> bool {
        self.host.starts_with('[') || self.host.parse::<IpAddr>().is_ok()
    }

    /// Every way in which a storage URL may name it: `host:port`, also where that is the scheme's own port (ClearML
    /// wants a port there), and `host`.
    #[must_use]
    pub fn spellings(&self) -> Vec<String> {
        if self.authority == self.host {
            vec![format!("{}:{}", self.host, own_port(self.scheme)), self.host.clone()]
        } else {
            vec![self.authority.clone(), self.host.clone()]
        }
    }
}

fn own_port(scheme: &str) -> u16 {
    if scheme == "https" { 443 } else { 80 }
}

/// Splits `host[:port]`. `None` when there is a port that is none.
fn split_port(authority: &str) -> Option<(&str, Option<u16>)> {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => {
            let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
            let port = port.parse().ok().filter(|port| is_number && *port != 0)?;
            Some((host, Some(port)))
        }
        _ => Some((authority, None)),
    }
}

/// A host name (with `_`, which container networks have), an IPv4 address, or an IPv6 address in brackets.
fn is_host(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        return address.strip_suffix(']').is_some_and(|address| address.parse::<Ipv6Addr>().is_ok());
    }
    let is_label = |label: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        (1..=63).contains(&label.len()) && label.bytes().all(allowed)
    };
    host.len() <= 253 && host.split('.').all(is_label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_a_scheme_a_host_and_maybe_a_port() {
        for (text, scheme, authority) in [
            ("https://minio.example", "https", "minio.example"),
            ("HTTPS://MinIO.example:443/", "https", "minio.example"),
            ("http://minio_1:9000", "http", "minio_1:9000"),
            ("http://minio:80", "http", "minio"),
            ("http://minio:443", "http", "minio:443"),
            ("http://10.0.0.1:9000", "http", "10.0.0.1:9000"),
            ("http://[::1]:9000", "http", "[::1]:9000"),
            ("https://[fe80::1]", "https", "[fe80::1]"),
        ] {
            let origin = Origin::parse(text).unwrap();
            assert_eq!((origin.scheme(), origin.authority()), (scheme, authority), "{text}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused_and_not_repeated() {
        for text in [
            "",
            "minio:9000",
            "ftp://minio",
            "https://",
            "https://:9000",
            "https://h/p",
            "https://h//",
            "https://h?q",
            "https://h#f",
            "https://user:hunter2@h",
            "https://h h",
            "https://h:0",
            "https://h:65536",
            "https://h:+1",
            "https://h:",
            "https://a..b",
            "https://-/x",
            "https://é",
            "https://h%2fp",
            "https://[::1",
            "https://[x]",
            "https://[::1]x",
            "s3://bucket",
            "https://h\n",
        ] {
            let error = Origin::parse(text).unwrap_err();
            assert!(error.contains("https://host") && !error.contains("hunter2"), "{text}: {error}");
        }
    }

    #[test]
    fn it_is_spelled_with_port_and_without() {
        let spellings = |text| Origin::parse(text).unwrap().spellings();
        assert_eq!(spellings("http://minio:9000"), ["minio:9000", "minio"]);
        assert_eq!(spellings("https://minio.example"), ["minio.example:443", "minio.example"]);
        assert_eq!(spellings("http://minio:80"), ["minio:80", "minio"]);
        assert_eq!(spellings("http://[::1]:9000"), ["[::1]:9000", "[::1]"]);
    }

    #[test]
    fn an_address_is_not_a_name() {
        assert!(Origin::parse("http://127.0.0.1:9000").unwrap().is_address());
        assert!(Origin::parse("http://[::1]").unwrap().is_address());
        assert!(!Origin::parse("http://minio:9000").unwrap().is_address());
    }
}
