//! What a store lets the app's pages read (CORS).
//!
//! Images, videos and downloads need none of it. Images within plots and small artifacts are fetched by scripts, and a
//! script reads what the store sends only if the store names the page's origin.

use http::{Uri, header};
use presign_core::{ObjectLocation, Scheme};

use super::{Observation, State};
use crate::config::ServerConfig;

/// The origins of the app's pages, as far as the configuration tells: those that may read the gateway's answers, and the
/// gateway's own, where it shares the app's host.
pub(super) fn app_origins(server: &ServerConfig) -> Vec<String> {
    let shared = server.public_url.as_ref().filter(|_| !server.base_path.is_empty()).and_then(|url| origin(url));
    let mut origins: Vec<String> = shared.into_iter().chain(server.cors_origins.iter().cloned()).collect();
    origins.dedup();
    origins
}

/// The origin of an address, as browsers send it.
pub(super) fn origin(url: &str) -> Option<String> {
    let uri: Uri = url.parse().ok()?;
    let (scheme, host) = (uri.scheme_str()?, uri.host()?);
    let port = uri.port_u16().filter(|port| !matches!((scheme, port), ("http", 80) | ("https", 443)));
    let port = port.map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{scheme}://{host}{port}").to_ascii_lowercase())
}

pub(super) fn judge(
    subject: String,
    answer: &reqwest::Response,
    location: &ObjectLocation,
    origin: &str,
) -> Observation {
    let allowed = answer.headers().get(header::ACCESS_CONTROL_ALLOW_ORIGIN).and_then(|value| value.to_str().ok());
    match allowed {
        Some(named) if named == origin || named == "*" => {
            Observation::new(subject, State::Fine, "their scripts may read what the store sends")
        }
        _ => {
            let detail = format!(
                "their scripts may not read what the store sends (images in plots, small artifacts): give the bucket the \
                 CORS rule {}, or the gateway's rule 'delivery: auto'",
                remedy(location, origin)
            );
            Observation::new(subject, State::Doubtful, detail)
        }
    }
}

/// The rule that the bucket needs, in the words of its store.
fn remedy(location: &ObjectLocation, origin: &str) -> String {
    match location.scheme() {
        Scheme::Gs => format!(
            r#"[{{"origin":["{origin}"],"method":["GET","HEAD"],"responseHeader":["Content-Disposition"],"maxAgeSeconds":3600}}]"#
        ),
        Scheme::Azure => {
            format!("(of the account's blob service) origins {origin}, methods GET and HEAD, exposed headers *")
        }
        _ => format!(
            r#"[{{"AllowedOrigins":["{origin}"],"AllowedMethods":["GET","HEAD"],"ExposeHeaders":["Content-Disposition"]}}]"#
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_has_a_port_only_where_it_is_not_the_usual_one() {
        for (url, expected) in [
            ("https://App.example/presign", "https://app.example"),
            ("https://app.example:443", "https://app.example"),
            ("http://localhost:8080/x", "http://localhost:8080"),
        ] {
            assert_eq!(origin(url).unwrap(), expected);
        }
        assert_eq!(origin("/presign"), None);
    }
}
