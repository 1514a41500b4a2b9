//! `GET {base}/ui.js`: the script that makes the open-source ClearML WebApp open storage URLs through the gateway.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{answer::Answer, head::Head};
use crate::config::UiConfig;

/// Where the script is, below the base path.
pub(super) const PATH: &str = "/ui.js";
const SCRIPT: &str = include_str!("ui.js");
/// What the script's text has in place of its settings.
const SETTINGS: &str = "/* settings */ {}";

/// The script, or 304 where the browser has it.
pub(super) fn script(head: &Head) -> Answer {
    let text = text(&head.live.snapshot.config.ui);
    let tag = tag(&text);
    let mut answer = if has(&head.headers, &tag) {
        Answer::empty(StatusCode::NOT_MODIFIED)
    } else {
        Answer::body(StatusCode::OK, "text/javascript; charset=utf-8", text)
    };
    // Asked for anew with every page, so that it is never older than the gateway.
    answer.set(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        answer.set(header::ETAG, tag);
    }
    answer
}

fn text(ui: &UiConfig) -> String {
    let settings = json!({"version": env!("CARGO_PKG_VERSION"), "match": ui.matches, "exclude": ui.exclude});
    SCRIPT.replacen(SETTINGS, &settings.to_string(), 1)
}

fn tag(text: &str) -> String {
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(Sha256::digest(text)))
}

/// Whether `If-None-Match` names the tag. A proxy that compresses makes it a weak one.
fn has(headers: &HeaderMap, tag: &str) -> bool {
    let asked = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    asked.flat_map(|value| value.split(',')).any(|known| known.trim().trim_start_matches("W/") == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_has_a_place_for_its_settings() {
        assert_eq!(SCRIPT.matches(SETTINGS).count(), 1);
        assert!(text(&UiConfig::default()).contains(r#""match":["s3://","gs://","azure://"]"#));
    }
}
