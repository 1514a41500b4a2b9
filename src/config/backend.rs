//! `backends`: the stores, each of a kind that the registry knows.

use std::fmt;

use presign_core::HumanDuration;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, Serialize, de, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::redact;

/// One backend as it is written: its kind (`type`), what all kinds have, and what only the kind understands.
#[derive(Clone, PartialEq, Eq)]
pub struct BackendConfig {
    /// What `type` says; empty when it says nothing.
    pub kind: String,
    /// The longest life of its links, whatever a rule says.
    pub max_ttl: Option<HumanDuration>,
    /// Whether links say who asked for them.
    pub attribution: Attribution,
    /// All other fields.
    pub options: Value,
}

/// Whether links name the ClearML user who asked for them, inside the signature, so that the store's own access log does.
/// A link is then one user's, and nobody else's browser or replica makes the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Attribution {
    /// They do not.
    #[default]
    None,
    /// By the user's id.
    Plain,
    /// By the SHA-256 of the user's id.
    Hashed,
}

impl fmt::Debug for BackendConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = redact::redacted(&self.options);
        f.debug_struct("BackendConfig")
            .field("kind", &self.kind)
            .field("max_ttl", &self.max_ttl)
            .field("attribution", &self.attribution)
            .field("options", &options)
            .finish()
    }
}

impl<'de> Deserialize<'de> for BackendConfig {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut fields = Map::deserialize(deserializer)?;
        let kind = match fields.remove("type") {
            None => String::new(),
            Some(Value::String(kind)) => kind,
            Some(_) => return Err(de::Error::custom("'type' is not a text")),
        };
        let max_ttl = take(&mut fields, "max_ttl")?;
        let attribution = take(&mut fields, "attribution")?.unwrap_or_default();
        Ok(Self { kind, max_ttl, attribution, options: Value::Object(fields) })
    }
}

fn take<T: DeserializeOwned, E: de::Error>(fields: &mut Map<String, Value>, name: &str) -> Result<Option<T>, E> {
    let read = |error: serde_json::Error| E::custom(format!("'{name}': {error}"));
    fields.remove(name).map(serde_json::from_value).transpose().map_err(read)
}

impl JsonSchema for BackendConfig {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Backend".into()
    }

    /// Which fields there are, the registry knows; [`super::schema()`] puts its answer here.
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({"type": "object", "required": ["type"]})
    }
}
