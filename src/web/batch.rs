//! `POST /v1/presign`: one link or many, for programs.

use std::sync::Arc;

use presign_core::{ExpiresIn, Operation};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{link::json_of, problem::Problem};
use crate::{
    auth::Principal,
    delivery::Consumer,
    endpoints::EndpointTable,
    gateway::{Gateway, Live, Wanted},
    record::Asking,
    refusal::Refusal,
    request::InvalidRequest,
    storage_url::StorageUrl,
};

/// One item of the request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Item {
    url: String,
    #[serde(default)]
    method: Option<Operation>,
    /// Seconds.
    #[serde(default)]
    expires_in: Option<u64>,
    #[serde(default)]
    download: Option<Download>,
    #[serde(default)]
    content_type: Option<String>,
    /// Bytes.
    #[serde(default)]
    content_length: Option<u64>,
}

/// `true`, or the name to save under.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Download {
    Flag(bool),
    Name(String),
}

/// Why a body is not understood at all.
#[derive(Debug, thiserror::Error)]
pub(super) enum InvalidBatch {
    #[error("the body is not JSON: {0}")]
    NotJson(serde_json::Error),
    #[error("the list is longer than {0} items")]
    TooLong(usize),
}

/// A body, taken apart: a list, or one item.
#[derive(Debug)]
pub(super) struct Batch {
    items: Vec<Value>,
    is_list: bool,
}

impl Batch {
    pub(super) fn parse(body: &[u8], longest: usize) -> Result<Self, InvalidBatch> {
        match serde_json::from_slice(body).map_err(InvalidBatch::NotJson)? {
            Value::Array(items) if items.len() > longest => Err(InvalidBatch::TooLong(longest)),
            Value::Array(items) => Ok(Self { items, is_list: true }),
            one => Ok(Self { items: vec![one], is_list: false }),
        }
    }

    /// Makes the links. An item that gets none gets an error of its own instead. The status is that of the one item, or
    /// 200 for a list.
    pub(super) async fn answer(
        self,
        gateway: &Gateway,
        live: &Live,
        caller: &Arc<Principal>,
        asking: Asking<'_>,
    ) -> Result<Value, Refusal> {
        let mut answers = Vec::with_capacity(self.items.len());
        for (index, item) in self.items.into_iter().enumerate() {
            let asking = Asking { item: self.is_list.then_some(index), ..asking };
            let operation = operation_of(&item);
            let result = match wanted(item, &live.snapshot.endpoints) {
                Ok(wanted) => gateway.link_for(live, caller, &wanted, asking).await,
                Err(error) => Err(gateway.refuse(live, operation, asking, error).await),
            };
            match result.and_then(|link| Ok(json_of(&link)?)) {
                Ok(link) => answers.push(link),
                Err(refusal) if self.is_list => answers.push(error_of(&refusal)),
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(if self.is_list { Value::Array(answers) } else { answers.pop().unwrap_or_default() })
    }
}

fn error_of(refusal: &Refusal) -> Value {
    let problem = Problem::of(refusal);
    json!({"error": {"code": problem.code, "detail": problem.detail, "status": problem.status.as_u16()}})
}

/// The operation that an item is about, even when the rest of it cannot be read; GET where it says nothing.
fn operation_of(item: &Value) -> Option<Operation> {
    let method = item.as_object()?.get("method").unwrap_or(&Value::Null);
    Option::deserialize(method).ok().map(|method| method.unwrap_or(Operation::Get))
}

fn wanted(item: Value, endpoints: &EndpointTable) -> Result<Wanted, Refusal> {
    let item: Item = serde_json::from_value(item).map_err(|_| Refusal::Invalid(InvalidRequest::Item))?;
    let url = StorageUrl::parse(&item.url).map_err(InvalidRequest::from)?;
    let location = endpoints.resolve(&url).map_err(InvalidRequest::from)?;
    let expires_in = item.expires_in.map(ExpiresIn::from_seconds).transpose().map_err(|_| InvalidRequest::ExpiresIn)?;
    let printable = |text: &String| text.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if item.content_type.as_ref().is_some_and(|text| !printable(text)) {
        return Err(Refusal::Invalid(InvalidRequest::Item));
    }
    let download = match item.download {
        None | Some(Download::Flag(false)) => None,
        Some(Download::Flag(true)) => Some(String::new()),
        Some(Download::Name(name)) => Some(name),
    };
    let operation = item.method.unwrap_or(Operation::Get);
    let (content_type, content_length) = (item.content_type, item.content_length);
    let consumer = Consumer { takes_link: true, ..Consumer::default() };
    Ok(Wanted { download, content_type, content_length, expires_in, consumer, ..Wanted::new(operation, location) })
}
