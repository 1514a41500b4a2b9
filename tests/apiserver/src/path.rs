//! Which endpoint a path names: `^/?(v(\d+\.?\d+)/)?([a-zA-Z_]\w+\.[a-zA-Z_]\w+)/?$`.

use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::{
    answer::{Answer, Endpointed},
    endpoint::Endpoint,
};

const NEWEST: (u32, u32) = (2, 34);

/// An endpoint that exists, and how the caller asked for it.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) endpoint: Endpoint,
    pub(crate) said: Endpointed,
}

/// Finds the endpoint, or says why there is none.
pub(crate) fn find(raw_path: &str) -> Result<Found, Box<(Endpointed, Answer)>> {
    let path = percent_decode_str(raw_path).decode_utf8_lossy().into_owned();
    let Some((version, name)) = split(&path) else {
        return Err(malformed(Answer::refused(400, 0, format!("Invalid request path {path}"))));
    };
    let number = match version.map(parse_version).transpose() {
        Ok(number) => number.unwrap_or(NEWEST),
        Err(answer) => return Err(malformed(answer)),
    };
    let asked = version.map_or_else(|| format!("{}.{}", NEWEST.0, NEWEST.1), str::to_owned);
    // Up to 2.0 the envelope's versions are numbers; later they are texts.
    let spelled =
        |text: &str| if number <= (2, 0) { json!(text.parse::<f64>().unwrap_or_default()) } else { json!(text) };
    let said = |actual: Value| Endpointed {
        name: name.to_owned(),
        requested_version: spelled(&asked),
        actual_version: actual,
    };
    let found = Endpoint::named(name).filter(|endpoint| number >= endpoint.since());
    let Some(endpoint) = found else {
        let message = format!("Unable to find endpoint for name {name} and version {asked}");
        return Err(Box::new((said(Value::Null), Answer::refused(404, 0, message))));
    };
    Ok(Found { endpoint, said: said(spelled(endpoint.since_text())) })
}

fn malformed(answer: Answer) -> Box<(Endpointed, Answer)> {
    let said = Endpointed { name: String::new(), requested_version: json!(1.0), actual_version: Value::Null };
    Box::new((said, answer))
}

fn split(path: &str) -> Option<(Option<&str>, &str)> {
    let path = path.trim_start_matches('/');
    let path = path.strip_suffix('\n').unwrap_or(path);
    let path = path.strip_suffix('/').unwrap_or(path);
    let (version, name) = match path.split_once('/') {
        Some((version, name)) => (Some(version.strip_prefix('v').filter(|text| looks_like_version(text))?), name),
        None => (None, path),
    };
    let (service, action) = name.split_once('.')?;
    (is_word(service) && is_word(action)).then_some((version, name))
}

fn looks_like_version(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let dots = text.chars().filter(|c| *c == '.').count();
    digits >= 2 && dots <= 1 && digits + dots == text.len() && !text.starts_with('.') && !text.ends_with('.')
}

fn is_word(text: &str) -> bool {
    text.len() >= 2
        && !text.starts_with(|c: char| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn parse_version(text: &str) -> Result<(u32, u32), Answer> {
    let (major, minor) = text.split_once('.').unwrap_or((text, "0"));
    for (part, name) in [(major, "major"), (minor, "minor")] {
        if part.len() > 1 && part.starts_with('0') {
            let reason = format!("version={text}, reason=Invalid leading zero in {name}: '{text}'");
            return Err(Answer::refused(400, 2, format!("Request path has invalid version: {reason}")));
        }
    }
    Ok((major.parse().unwrap_or(u32::MAX), minor.parse().unwrap_or(u32::MAX)))
}
