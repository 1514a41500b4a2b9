//! Where a storage account's containers begin.

use std::{fmt, net::IpAddr};

use presign_core::Origin;

/// `http[s]://host[:port][/prefix]`, taken apart: what stands before `/container/blob`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    origin: Origin,
    /// Empty, or segments with a `/` after each.
    prefix: String,
}

// The text is never repeated: people paste whole SAS URLs, or passwords, where an endpoint belongs.
const HOW: &str = "is not an endpoint: write https://host or http://host:port/account, without a query";

impl BaseUrl {
    /// The endpoint of an account in Azure's public cloud.
    pub(crate) fn public_cloud(account: &str) -> Self {
        Self { origin: Origin::https(format!("{account}.blob.core.windows.net")), prefix: String::new() }
    }

    /// Reads an endpoint from the configuration.
    ///
    /// # Errors
    /// Says what an endpoint looks like.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (scheme, rest) = text.split_once("://").ok_or(HOW)?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        let origin = Origin::parse(&format!("{scheme}://{authority}")).map_err(|_| HOW)?;
        Ok(Self { origin, prefix: prefix(path).ok_or(HOW)? })
    }

    /// Whether it is `https`.
    pub(crate) fn is_secure(&self) -> bool {
        self.origin.is_https()
    }

    /// Whether what is sent there stays on this machine.
    pub(crate) fn is_this_machine(&self) -> bool {
        is_this_machine(&self.origin)
    }

    /// `host[:port]`.
    pub(crate) fn authority(&self) -> &str {
        self.origin.authority()
    }

    /// What stands before the container in the path: empty, or ending in `/`.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether the host is an address or this machine, and so cannot name the account.
    pub(crate) fn host_is_an_address(&self) -> bool {
        self.origin.host() == "localhost" || self.origin.is_address()
    }
}

/// Whether what is sent to an origin stays on this machine.
pub(crate) fn is_this_machine(origin: &Origin) -> bool {
    let host = origin.host().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// A path that needs no encoding, with a `/` behind each segment.
fn prefix(path: &str) -> Option<String> {
    let path = path.trim_matches('/');
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let is_segment = |segment: &str| !matches!(segment, "" | "." | "..") && segment.bytes().all(is_plain);
    match path {
        "" => Some(String::new()),
        path => path.split('/').all(is_segment).then(|| format!("{path}/")),
    }
}

/// With a `/` at its end: what a container's name is appended to.
impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}/{}", self.origin.scheme(), self.origin.authority(), self.prefix)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_endpoint_is_a_scheme_a_host_and_perhaps_a_path() {
        for (text, shown) in [
            ("https://Acct.blob.core.windows.net", "https://acct.blob.core.windows.net/"),
            ("https://acct.blob.core.windows.net:443/", "https://acct.blob.core.windows.net/"),
            ("http://127.0.0.1:10000/devstoreaccount1", "http://127.0.0.1:10000/devstoreaccount1/"),
            ("http://azurite/devstoreaccount1/", "http://azurite/devstoreaccount1/"),
            ("http://[::1]:80/a/b", "http://[::1]/a/b/"),
        ] {
            assert_eq!(BaseUrl::parse(text).unwrap().to_string(), shown);
        }
    }

    #[test]
    fn what_could_change_the_host_or_the_path_is_refused() {
        for text in [
            "",
            "acct.blob.core.windows.net",
            "ftp://host",
            "https://",
            "https://user@host",
            "https://host?sv=1",
            "https://host#x",
            "https://host/../b",
            "https://host/a//b",
            "https://host/a%2Fb",
            "https://ho st",
            "https://h\u{f6}st",
            "https://host/\u{e4}",
            "https://host/a;b",
            "https://host/a:b",
            "https://host:0",
        ] {
            assert!(BaseUrl::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_secret_in_the_wrong_place_is_not_repeated() {
        for text in ["https://user:hunter2@host", "https://host/c?sv=1&sig=hunter2"] {
            assert!(!BaseUrl::parse(text).unwrap_err().contains("hunter2"), "{text}");
        }
    }
}
