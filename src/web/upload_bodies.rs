//! The bodies of `POST /v1/uploads/…`, and what may stand in them.

use serde::{Deserialize, de::DeserializeOwned};

use super::uploads::Failure;

/// The longest id of an upload, and the longest tag of a part.
const LONGEST_TOKEN: usize = 2048;

/// An upload is begun.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Create {
    pub(super) url: String,
    #[serde(default)]
    pub(super) content_type: Option<String>,
}

/// Links for some of its parts.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PartLinks {
    pub(super) url: String,
    pub(super) upload_id: String,
    pub(super) numbers: Vec<u32>,
    /// Seconds.
    #[serde(default)]
    pub(super) expires_in: Option<u64>,
}

/// All parts are there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Complete {
    pub(super) url: String,
    pub(super) upload_id: String,
    #[serde(default)]
    pub(super) content_type: Option<String>,
    pub(super) parts: Vec<Finished>,
}

/// A part that is there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Finished {
    pub(super) number: u32,
    #[serde(default)]
    pub(super) etag: String,
}

/// An upload is given up.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Abort {
    pub(super) url: String,
    pub(super) upload_id: String,
}

/// Reads a body; `form` shows what it should look like.
pub(super) fn read<T: DeserializeOwned>(body: &[u8], form: &str) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|_| Failure::Body(format!("the body is {form}")))
}

pub(super) fn check_content_type(text: Option<&str>) -> Result<(), Failure> {
    let printable = |text: &str| text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if text.is_none_or(printable) { Ok(()) } else { Err(Failure::Body("content_type is ASCII".to_owned())) }
}

/// Ids and tags are the store's: printable, and not long.
pub(super) fn check_token(text: &str, name: &str) -> Result<(), Failure> {
    if (1..=LONGEST_TOKEN).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Ok(());
    }
    Err(Failure::Body(format!("{name} is what the store gave, unchanged")))
}

pub(super) fn check_numbers(numbers: &[u32], most: u32) -> Result<(), Failure> {
    if numbers.iter().all(|number| (1..=most).contains(number)) {
        return Ok(());
    }
    Err(Failure::Body(format!("part numbers are 1 to {most}")))
}
