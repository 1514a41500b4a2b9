//! Canonical headers.

use std::{borrow::Cow, collections::BTreeMap};

use crate::PresignRequest;

/// The headers that a signature covers, in canonical form.
pub(crate) struct SignedHeaders {
    /// `name:value` and a line end, for each, sorted by name.
    pub(crate) lines: String,
    /// The names, joined by `;`.
    pub(crate) names: Cow<'static, str>,
}

impl SignedHeaders {
    pub(crate) fn of(request: &PresignRequest<'_>) -> Self {
        if request.headers.is_empty() {
            return Self { lines: host_line(request), names: Cow::Borrowed("host") };
        }
        let mut headers = BTreeMap::from([("host".to_owned(), host_value(request))]);
        for (name, value) in request.headers {
            let list = headers.entry(name.trim().to_ascii_lowercase()).or_default();
            // What is sent twice is signed as one list (RFC 9110 section 5.3).
            if !list.is_empty() {
                list.push(',');
            }
            list.push_str(&collapse(value));
        }
        let mut lines = String::new();
        for part in headers.iter().flat_map(|(name, value)| [name, ":", value, "\n"]) {
            lines.push_str(part);
        }
        Self { lines, names: Cow::Owned(headers.into_keys().collect::<Vec<_>>().join(";")) }
    }
}

fn host_line(request: &PresignRequest<'_>) -> String {
    let mut line = String::with_capacity(64);
    line.push_str("host:");
    line.extend(request.host.iter().copied());
    let kept = without_default_port(request.scheme, &line).len();
    line.truncate(kept);
    line.push('\n');
    line
}

fn host_value(request: &PresignRequest<'_>) -> String {
    without_default_port(request.scheme, &request.host.concat()).to_owned()
}

fn without_default_port<'a>(scheme: &str, host: &'a str) -> &'a str {
    let default = if scheme == "https" { ":443" } else { ":80" };
    host.strip_suffix(default).unwrap_or(host)
}

/// Without space around it, and with one space where there are many.
fn collapse(value: &str) -> String {
    value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}
