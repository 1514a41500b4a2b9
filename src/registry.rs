//! The kinds of backends that this program knows: a value, made once and passed on.

use std::sync::Arc;

use futures::future::BoxFuture;
use indexmap::IndexMap;
use presign_core::{AccessNeed, Backend, BuildContext, BuildError, HumanDuration, Operation, Policy, Problem, Signer};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde_json::{Value, json};

use crate::config::{
    Attribution, BackendConfig, Path,
    decode::{Decoded, decode},
    finding::Finding,
};

/// Kinds of backends, by the names that `type:` gives them.
#[derive(Debug, Clone, Default)]
pub struct Registry {
    kinds: IndexMap<&'static str, Kind>,
    duplicates: Vec<&'static str>,
}

/// What the schema says of every kind's `max_ttl`.
const LONGEST_LIFE: &str = "The longest life of its links, whatever a rule says. By default what the store allows.";

/// A signer on its way.
type Building = BoxFuture<'static, Result<Arc<dyn Signer>, BuildError>>;

/// A [`Backend`] whose type is forgotten.
#[derive(Debug, Clone, Copy)]
struct Kind {
    operations: &'static [Operation],
    schema: fn(&mut SchemaGenerator) -> Schema,
    check: fn(&Value, &Path) -> Vec<Finding>,
    policy: fn(&Value, &[AccessNeed]) -> Option<Policy>,
    build: fn(Value, BuildContext) -> Building,
}

impl Registry {
    /// No kinds at all.
    #[must_use]
    pub fn empty() -> Self {
        Self::default()
    }

    /// The kinds that this program was compiled with.
    #[must_use]
    pub fn builtin() -> Self {
        let registry = Self::empty();
        #[cfg(feature = "s3")]
        let registry = registry.with::<presign_s3::S3>();
        #[cfg(feature = "minio")]
        let registry = registry.with::<presign_minio::Minio>();
        #[cfg(feature = "gcs")]
        let registry = registry.with::<presign_gcs::Gcs>();
        #[cfg(feature = "azure")]
        let registry = registry.with::<presign_azure::Azure>();
        #[cfg(feature = "local")]
        let registry = registry.with::<presign_local::Local>();
        registry
    }

    /// Adds a kind. Of two with the same name the first stays, and no configuration is accepted.
    #[must_use]
    pub fn with<B: Backend>(mut self) -> Self {
        let kind = Kind {
            operations: B::OPERATIONS,
            schema: |generator| B::Config::json_schema(generator),
            check: check::<B>,
            policy: policy::<B>,
            build: |options, context| Box::pin(build::<B>(options, context)),
        };
        match self.kinds.entry(B::KIND) {
            indexmap::map::Entry::Occupied(_) => self.duplicates.push(B::KIND),
            indexmap::map::Entry::Vacant(entry) => {
                entry.insert(kind);
            }
        }
        self
    }

    /// The names of all kinds, in the order in which they were added.
    pub fn kinds(&self) -> impl Iterator<Item = &'static str> {
        self.kinds.keys().copied()
    }

    /// The operations that backends of a kind sign; `None` when there is no such kind.
    #[must_use]
    pub fn operations(&self, kind: &str) -> Option<&'static [Operation]> {
        self.kinds.get(kind).map(|kind| kind.operations)
    }

    /// Builds the signer of a backend.
    ///
    /// # Errors
    /// Every problem that its configuration has, each with its field.
    pub async fn build(&self, backend: &BackendConfig, context: BuildContext) -> Result<Arc<dyn Signer>, BuildError> {
        match self.kinds.get(backend.kind.as_str()) {
            Some(kind) => (kind.build)(backend.options.clone(), context).await,
            None => Err(BuildError::at("type", self.unknown(&backend.kind))),
        }
    }

    /// The least that a backend's identity has to be allowed; `None` where its store has no access management, or the
    /// configuration is not right.
    #[must_use]
    pub fn policy(&self, backend: &BackendConfig, needs: &[AccessNeed]) -> Option<Policy> {
        let kind = self.kinds.get(backend.kind.as_str())?;
        (kind.policy)(&backend.options, needs)
    }

    /// The names that were added more than once.
    pub(crate) fn duplicates(&self) -> &[&'static str] {
        &self.duplicates
    }

    /// All problems of a backend's options, found without building it. `path` is where the backend stands.
    pub(crate) fn check(&self, kind: &str, options: &Value, path: &Path) -> Vec<Finding> {
        match self.kinds.get(kind) {
            Some(kind) => (kind.check)(options, path),
            None => vec![Finding::error(path.key("type"), self.unknown(kind))],
        }
    }

    /// The names of all kinds, for a message.
    fn list_kinds(&self) -> String {
        if self.kinds.is_empty() {
            return "none: this program was compiled without backends".to_owned();
        }
        self.kinds().map(|kind| format!("'{kind}'")).collect::<Vec<_>>().join(", ")
    }

    /// The JSON schema of each kind's part of the configuration, `type` included.
    pub(crate) fn schemas(&self, generator: &mut SchemaGenerator) -> Vec<Value> {
        let shared = [
            ("max_ttl", with(generator.subschema_for::<HumanDuration>(), "description", LONGEST_LIFE)),
            ("attribution", with(generator.subschema_for::<Attribution>(), "default", Attribution::default())),
        ];
        let whole = |(name, kind): (&&'static str, &Kind)| {
            let mut own = (kind.schema)(generator).to_value();
            add_properties(&mut own, &shared);
            with_type(own, name)
        };
        self.kinds.iter().map(whole).collect()
    }

    fn unknown(&self, kind: &str) -> String {
        let kinds = self.list_kinds();
        if kind.is_empty() {
            return format!("missing; there are {kinds}");
        }
        format!("not a known kind of backend; there are {kinds}")
    }
}

fn check<B: Backend>(options: &Value, path: &Path) -> Vec<Finding> {
    decode::<B::Config>(options.clone(), path).findings.0
}

fn policy<B: Backend>(options: &Value, needs: &[AccessNeed]) -> Option<Policy> {
    B::policy(&decode::<B::Config>(options.clone(), &Path::root()).value?, needs)
}

async fn build<B: Backend>(options: Value, context: BuildContext) -> Result<Arc<dyn Signer>, BuildError> {
    let Decoded { value, findings, .. } = decode::<B::Config>(options, &Path::root());
    match value {
        Some(config) if findings.0.is_empty() => Ok(Arc::new(B::build(config, context).await?)),
        _ => Err(BuildError { problems: findings.0.into_iter().map(problem).collect() }),
    }
}

fn problem(finding: Finding) -> Problem {
    Problem { field: finding.path.to_string(), message: finding.message }
}

/// What every kind has is written beside its own options.
fn add_properties(schema: &mut Value, shared: &[(&str, Value)]) {
    let Some(fields) = schema.as_object_mut() else { return };
    if let Some(properties) = fields.entry("properties").or_insert_with(|| json!({})).as_object_mut() {
        properties.extend(shared.iter().map(|(name, schema)| ((*name).to_owned(), schema.clone())));
    }
}

/// A schema that says one thing more.
fn with(mut schema: Schema, keyword: &str, value: impl Serialize) -> Value {
    schema.insert(keyword.to_owned(), json!(value));
    schema.to_value()
}

/// A kind's options are written beside `type`, so `type` is one of its fields to a schema.
fn with_type(mut schema: Value, name: &str) -> Value {
    let Some(fields) = schema.as_object_mut() else { return schema };
    fields.insert("title".to_owned(), json!(name));
    if let Some(properties) = fields.entry("properties").or_insert_with(|| json!({})).as_object_mut() {
        properties.insert("type".to_owned(), json!({"const": name}));
    }
    if let Some(required) = fields.entry("required").or_insert_with(|| json!([])).as_array_mut() {
        required.push(json!("type"));
    }
    schema
}
