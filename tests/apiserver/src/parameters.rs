//! A call's parameters: from the query, a form or a JSON body.

use http::{HeaderMap, header};
use serde_json::{Map, Value};
use url::form_urlencoded;

use crate::answer::Answer;

/// Reads them; a body's win over the query's.
pub(crate) fn read(query: &str, headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, Answer> {
    let mut parameters: Map<_, _> = form(query.as_bytes());
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if content_type.starts_with("application/x-www-form-urlencoded") {
        parameters.extend(form(body));
    } else if !body.is_empty() {
        match serde_json::from_slice(body) {
            Ok(Value::Object(fields)) => parameters.extend(fields),
            Ok(_) => return Err(Answer::refused(500, 0, "Data should be a dict")),
            Err(_) => {
                let message = "The browser (or proxy) sent a request that this server could not understand.";
                return Err(Answer::refused(400, 0, message));
            }
        }
    }
    Ok(parameters)
}

fn form(text: &[u8]) -> Map<String, Value> {
    form_urlencoded::parse(text).map(|(name, value)| (name.into_owned(), Value::String(value.into_owned()))).collect()
}
