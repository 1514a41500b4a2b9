//! The JSON schema of the configuration, for editors and for whoever writes configurations by program.

use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};

use super::Config;
use crate::registry::Registry;

/// The JSON schema (draft 2020-12) of a configuration whose backends are of the registry's kinds.
#[must_use]
pub fn schema(registry: &Registry) -> Value {
    let mut generator = SchemaGenerator::new(SchemaSettings::draft2020_12());
    let kinds = registry.schemas(&mut generator);
    let mut root = generator.into_root_schema_for::<Config>().to_value();
    if let Some(fields) = root.as_object_mut() {
        fields.insert("title".to_owned(), json!("Presign gateway configuration"));
    }
    if let Some(definitions) = root.get_mut("$defs").and_then(Value::as_object_mut) {
        let description = "A store, of the kind that 'type' names.";
        definitions.insert("Backend".to_owned(), json!({"description": description, "oneOf": kinds}));
    }
    root
}
