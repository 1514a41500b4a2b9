//! Whether browsers send ClearML's cookie to the gateway: pure.

use http::{HeaderMap, Uri, header};

use super::{Observation, State, cors::origin};
use crate::{
    auth::CookieNames,
    config::{ClearmlConfig, ServerConfig},
};

/// What the apiserver says of its cookie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cookie {
    name: String,
    /// For which hosts it is; without one, for the host that set it alone.
    domain: Option<String>,
    is_secure: bool,
}

const SUBJECT: &str = "cookie";

impl Cookie {
    /// The first cookie that an answer sets. Its value is not looked at.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get_all(header::SET_COOKIE).iter().find_map(|value| value.to_str().ok())?;
        let mut parts = text.split(';').map(str::trim);
        let (name, _) = parts.next()?.split_once('=')?;
        let mut cookie = Self { name: name.to_owned(), domain: None, is_secure: false };
        for part in parts {
            let (field, value) = part.split_once('=').unwrap_or((part, ""));
            if field.eq_ignore_ascii_case("domain") && !value.is_empty() {
                cookie.domain = Some(value.trim_start_matches('.').to_ascii_lowercase());
            }
            cookie.is_secure |= field.eq_ignore_ascii_case("secure");
        }
        Some(cookie)
    }
}

/// What is to be said of the cookie, and of the addresses of the app and of the gateway.
pub(super) fn judge(cookie: Option<&Cookie>, clearml: &ClearmlConfig, server: &ServerConfig) -> Vec<Observation> {
    let mut found = addresses(server);
    let Some(cookie) = cookie else {
        let detail = "the apiserver does not say which cookie it sets: compare its \
                      apiserver.auth.session_auth_cookie_name with auth.clearml.cookie_names";
        found.push(Observation::new(SUBJECT, State::Doubtful, detail));
        return found;
    };
    found.push(name(cookie, clearml));
    found.extend(server.public_url.as_deref().map(|url| reach(cookie, url, clearml, server)));
    found
}

fn name(cookie: &Cookie, clearml: &ClearmlConfig) -> Observation {
    let name = &cookie.name;
    // Names that cannot be read were refused when the configuration was loaded.
    if CookieNames::parse(&clearml.cookie_names, "").is_ok_and(|known| known.contain(name)) {
        return Observation::new(SUBJECT, State::Fine, format!("'{name}' is one of auth.clearml.cookie_names"));
    }
    let detail =
        format!("the apiserver's is '{name}', and the gateway looks at others: add it to auth.clearml.cookie_names");
    Observation::new(SUBJECT, State::Wrong, detail)
}

/// Whether the cookie gets from the app to the gateway.
fn reach(cookie: &Cookie, public_url: &str, clearml: &ClearmlConfig, server: &ServerConfig) -> Observation {
    let observe = |state, detail: String| Observation::new(SUBJECT, state, detail);
    let Some(gateway) = host(public_url) else {
        return observe(State::Doubtful, "server.public_url has no host".to_owned());
    };
    if cookie.is_secure && public_url.starts_with("http://") {
        let detail = "is for https only, and server.public_url is http: browsers do not send it to the gateway";
        return observe(State::Wrong, detail.to_owned());
    }
    if let Some(domain) = &cookie.domain {
        let is_below =
            gateway == *domain || gateway.strip_suffix(domain.as_str()).is_some_and(|rest| rest.ends_with('.'));
        return if is_below {
            observe(State::Fine, format!("is for {domain}, which the gateway's host {gateway} belongs to"))
        } else {
            observe(
                State::Wrong,
                format!(
                    "is for {domain}, and the gateway's host {gateway} is another: give the gateway a path on the app's \
                     host, or a host below {domain}"
                ),
            )
        };
    }
    let pages = server.cors_origins.iter().chain(&server.login_url).filter_map(|url| host(url));
    let mut apps: Vec<String> = pages.collect();
    // Without a domain it stays on the host that set it: the app's, where the app asks its own /api, or the apiserver's.
    let is_shared = !server.base_path.is_empty() && apps.is_empty();
    apps.extend(host(&clearml.api_server));
    if apps.contains(&gateway) {
        return observe(
            State::Fine,
            format!("stays on the host that sets it, and the gateway is on that host, {gateway}"),
        );
    }
    if is_shared {
        let detail = format!("stays on the host that sets it: fine if {gateway} is the app's own host");
        return observe(State::Doubtful, detail);
    }
    let parent = gateway.split_once('.').map_or(gateway.as_str(), |(_, parent)| parent);
    observe(
        State::Wrong,
        format!(
            "stays on the host that sets it, and browsers do not send it to {gateway}: give the gateway a path on the \
             app's host (base_path), or set CLEARML__APISERVER__AUTH__COOKIES__DOMAIN=.{parent} on the apiserver"
        ),
    )
}

/// Addresses that do not go together.
fn addresses(server: &ServerConfig) -> Vec<Observation> {
    let subject = "addresses";
    let Some(url) = server.public_url.as_deref() else {
        let detail =
            "server.public_url is not set: whether the app's pages and its cookie reach the gateway is not known";
        return vec![Observation::new(subject, State::Doubtful, detail)];
    };
    let own = origin(url).unwrap_or_default();
    let secure_pages = server.cors_origins.iter().find(|page| page.starts_with("https://"));
    if let Some(page) = secure_pages.filter(|_| own.starts_with("http://")) {
        let detail = format!("pages of {page} load nothing from {own}: browsers block http within https");
        return vec![Observation::new(subject, State::Wrong, detail)];
    }
    if server.base_path.is_empty() && server.cors_origins.iter().all(|page| *page == own) {
        let detail = "the gateway has a host of its own, and no page may read its answers: set server.cors_origins to the \
                      app's origin";
        return vec![Observation::new(subject, State::Doubtful, detail)];
    }
    vec![Observation::new(subject, State::Fine, format!("the gateway is {url}"))]
}

fn host(url: &str) -> Option<String> {
    url.parse::<Uri>().ok()?.host().map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;
    use serde_json::json;

    use super::*;

    fn cookie(text: &'static str) -> Option<Cookie> {
        Cookie::of(&HeaderMap::from_iter([(header::SET_COOKIE, HeaderValue::from_static(text))]))
    }

    fn told(set: &'static str, server: serde_json::Value) -> Vec<String> {
        let clearml = serde_json::from_value(json!({"api_server": "https://app.ml.example/api"})).unwrap();
        let server = serde_json::from_value(server).unwrap();
        judge(cookie(set).as_ref(), &clearml, &server).iter().map(ToString::to_string).collect()
    }

    fn says(found: &[String], text: &str) {
        assert!(found.iter().any(|one| one.contains(text)), "{text}: {found:?}");
    }

    const PLAIN: &str = "clearml_token_basic=secret; HttpOnly; Path=/; SameSite=Lax";

    #[test]
    fn a_gateway_on_the_apps_host_gets_the_cookie() {
        let found = told(PLAIN, json!({"public_url": "https://app.ml.example/presign", "base_path": "/presign"}));
        assert!(found.iter().all(|one| one.contains(": fine: ")), "{found:?}");
        assert!(!found.concat().contains("secret"));
    }

    #[test]
    fn a_host_of_its_own_needs_a_domain() {
        let own = json!({"public_url": "https://presign.ml.example", "cors_origins": ["https://app.ml.example"]});
        says(&told(PLAIN, own.clone()), "cookie: NOT FINE: stays on the host that sets it");
        says(&told(PLAIN, own.clone()), "COOKIES__DOMAIN=.ml.example");
        says(&told("clearml_token_basic=t; Domain=.ml.example", own.clone()), "cookie: fine: is for ml.example");
        says(&told("clearml_token_basic=t; Domain=l.example", own), "cookie: NOT FINE: is for l.example");
    }

    #[test]
    fn another_name_is_told() {
        let found = told("my_cookie=t", json!({"public_url": "https://app.ml.example/p", "base_path": "/p"}));
        says(&found, "NOT FINE: the apiserver's is 'my_cookie'");
        says(&told("allegro_token_x=t", json!({})), "'allegro_token_x' is one of");
        says(&told("", json!({})), "DOUBTFUL: the apiserver does not say");
    }

    #[test]
    fn http_and_https_do_not_mix() {
        let server = json!({"public_url": "http://app.ml.example/p", "base_path": "/p", "cors_origins": ["https://app.ml.example"]});
        says(&told(PLAIN, server.clone()), "browsers block http within https");
        says(&told("clearml_token_basic=t; Secure", server), "is for https only");
    }

    #[test]
    fn what_cannot_be_known_is_doubtful() {
        says(&told(PLAIN, json!({})), "addresses: DOUBTFUL: server.public_url is not set");
        says(&told(PLAIN, json!({"public_url": "https://presign.ml.example"})), "set server.cors_origins");
        says(
            &told(PLAIN, json!({"public_url": "https://other.example/p", "base_path": "/p"})),
            "DOUBTFUL: stays on the host that sets it: fine if other.example",
        );
    }
}
