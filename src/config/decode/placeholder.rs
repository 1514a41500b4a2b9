//! What is put where a value is missing or wrong, so that reading can go on behind it.

use serde_json::{Value, json};

use super::fault::Fault;

/// The value for this attempt at a place, the first being 0; `None` when there is nothing left to try.
pub(super) fn candidate(attempt: usize, fault: &Fault) -> Option<Value> {
    if let Fault::UnknownValue { known, .. } = fault
        && attempt < 20
    {
        return known.first().map(|word| Value::from(*word));
    }
    match attempt {
        0 => Some(json!("")),
        1 => Some(json!({})),
        2 => Some(json!([])),
        3 => Some(json!(1)),
        4 => Some(json!(false)),
        5 => Some(json!("1s")),
        6 => Some(json!("127.0.0.1:0")),
        7 => Some(json!({"env": "PLACEHOLDER"})),
        _ => None,
    }
}
