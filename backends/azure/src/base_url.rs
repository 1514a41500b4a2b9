//! Where a storage account's containers begin.

use std::fmt;

use http::Uri;

/// `http[s]://host[:port][/prefix]`, taken apart: what stands before `/container/blob`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BaseUrl {
    secure: bool,
    /// In lower case, without the scheme's own port.
    authority: String,
    /// Empty, or segments with a `/` after each.
    prefix: String,
}

impl BaseUrl {
    /// The endpoint of an account in Azure's public cloud.
    pub(crate) fn public_cloud(account: &str) -> Self {
        Self { secure: true, authority: format!("{account}.blob.core.windows.net"), prefix: String::new() }
    }

    /// Reads an endpoint from the configuration.
    ///
    /// # Errors
    /// Says what an endpoint looks like.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        // The text is not repeated: people paste whole SAS URLs, or passwords, where an endpoint belongs.
        let wrong = || "is not an endpoint: write https://host or http://host:port/account, without a query".to_owned();
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:/[]".contains(&byte)) {
            return Err(wrong());
        }
        let uri: Uri = text.parse().map_err(|_| wrong())?;
        let secure = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(wrong()),
        };
        let authority = uri.authority().ok_or_else(wrong)?.as_str().to_ascii_lowercase();
        let own_port = if secure { ":443" } else { ":80" };
        let authority = authority.strip_suffix(own_port).unwrap_or(&authority).to_owned();
        let path = uri.path().trim_matches('/');
        if path.split('/').any(|segment| matches!(segment, "." | "..")) || path.contains("//") {
            return Err(wrong());
        }
        let prefix = if path.is_empty() { String::new() } else { format!("{path}/") };
        Ok(Self { secure, authority, prefix })
    }

    /// Whether it is `https`.
    pub(crate) const fn is_secure(&self) -> bool {
        self.secure
    }

    /// `host[:port]`.
    pub(crate) fn authority(&self) -> &str {
        &self.authority
    }

    /// What stands before the container in the path: empty, or ending in `/`.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Whether the host is an address or this machine, and so cannot name the account.
    pub(crate) fn host_is_an_address(&self) -> bool {
        let host = self.authority.rsplit_once(':').map_or(self.authority.as_str(), |(host, _)| host);
        host == "localhost" || host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok()
    }
}

/// With a `/` at its end: what a container's name is appended to.
impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.secure { "https" } else { "http" };
        write!(f, "{scheme}://{}/{}", self.authority, self.prefix)
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
