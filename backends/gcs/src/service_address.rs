//! Where Google's services are asked.

use presign_core::Origin;
use url::{Host, Url};

/// Reads the URL of a service that is sent a token: https, or http on this machine.
///
/// # Errors
/// Says what an address looks like, without repeating it.
pub(crate) fn parse(text: &str) -> Result<String, String> {
    let how = "is not a service's address: write https://host/…, or http:// for one on this machine";
    let url = Url::parse(text).map_err(|_| how.to_owned())?;
    let is_here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    let encrypted = url.scheme() == "https" && url.host().is_some();
    if encrypted || (url.scheme() == "http" && is_here) { Ok(text.to_owned()) } else { Err(how.to_owned()) }
}

/// Reads the address of IAM: an origin.
///
/// # Errors
/// Says what an address looks like.
pub(crate) fn parse_origin(text: &str) -> Result<String, String> {
    let origin = Origin::parse(text)?;
    parse(&format!("{}://{}", origin.scheme(), origin.authority()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_travels_encrypted_or_not_at_all() {
        for text in [
            "https://sts.googleapis.com/v1/token",
            "http://127.0.0.1:8080/token",
            "http://[::1]/",
            "http://localhost/t",
        ] {
            assert_eq!(parse(text).as_deref(), Ok(text));
        }
        for text in
            ["", "sts.googleapis.com", "http://sts.googleapis.com/", "http://localhost.example/", "file:///etc/passwd"]
        {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(parse_origin("https://iam.example/").as_deref(), Ok("https://iam.example"));
        assert!(parse_origin("https://iam.example/v1").is_err());
    }
}
