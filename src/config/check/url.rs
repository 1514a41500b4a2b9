//! The forms of addresses in a configuration.

use http::Uri;

/// Why a text is not the address of an HTTP server; `None` when it is one.
pub(super) fn problem(text: &str) -> Option<&'static str> {
    let Some(uri) = parse(text) else {
        return Some("not an address: write http:// or https://, a host, and no spaces");
    };
    let authority = uri.authority()?.as_str();
    if authority.contains('@') {
        return Some("an address with a user or a password in it: take them out");
    }
    (uri.query().is_some() || text.contains('#')).then_some("an address with '?' or '#' in it: take what follows off")
}

/// The path of an address, without a `/` at its end.
pub(super) fn path(text: &str) -> Option<String> {
    parse(text).map(|uri| uri.path().trim_end_matches('/').to_owned())
}

/// Whether a text is an origin as browsers send it: scheme, host and, where it is not the scheme's own, port.
pub(super) fn is_origin(text: &str) -> bool {
    let Some(uri) = parse(text) else { return false };
    let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else { return false };
    let default_port = matches!((scheme, authority.port_u16()), ("http", Some(80)) | ("https", Some(443)));
    let exact = format!("{scheme}://{authority}") == text && text.to_ascii_lowercase() == text;
    exact && !default_port && !authority.as_str().contains(['@', '*'])
}

fn parse(text: &str) -> Option<Uri> {
    let uri: Uri = text.parse().ok()?;
    let host = uri.host().filter(|host| !host.is_empty())?;
    (matches!(uri.scheme_str(), Some("http" | "https")) && !host.contains('*')).then_some(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for text in ["https://app.clearml.example", "http://localhost:8080", "http://[::1]:8080", "http://10.0.0.1"] {
            assert!(is_origin(text), "{text}");
        }
        for text in [
            "*",
            "null",
            "https://*.clearml.example",
            "https://app.clearml.example/",
            "https://App.clearml.example",
            "https://app.clearml.example:443",
            "https://user@app.clearml.example",
            "app.clearml.example",
            "ftp://app.clearml.example",
            "https://app.clearml.example?",
        ] {
            assert!(!is_origin(text), "{text}");
        }
    }

    #[test]
    fn an_address_is_http_with_a_host_and_without_a_password() {
        for text in ["https://api.clearml.example", "http://minio:9000/api/", "http://[::1]:8008"] {
            assert_eq!(problem(text), None, "{text}");
        }
        for text in
            ["", "api.clearml.example", "s3://x", "http://", "https://a b", "http://u:p@h", "http://h?x", "http://h#x"]
        {
            assert!(problem(text).is_some(), "{text}");
        }
    }
}
