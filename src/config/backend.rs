//! `backends`: the stores, each of a kind that the registry knows.

use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Deserializer, de};
use serde_json::{Map, Value};

use super::redact;

/// One backend as it is written: its kind (`type`), and what only the kind understands.
#[derive(Clone)]
pub struct BackendConfig {
    /// What `type` says; empty when it says nothing.
    pub kind: String,
    /// All other fields.
    pub options: Value,
}

impl fmt::Debug for BackendConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let options = redact::redacted(&self.options);
        f.debug_struct("BackendConfig").field("kind", &self.kind).field("options", &options).finish()
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
        Ok(Self { kind, options: Value::Object(fields) })
    }
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
