//! Another place than the URL names.

use presign_core::{InvalidLocation, ObjectKey, ObjectLocation};

use super::prefix::KeyPrefix;

/// Puts another bucket, or another prefix, in place of what the URL says. Literal: nothing is encoded or decoded.
#[derive(Debug, Clone)]
pub(super) struct Rewrite {
    bucket: Option<String>,
    /// What stands in place of what, without a `/` at its end.
    prefix: Option<(Option<KeyPrefix>, String)>,
}

impl Rewrite {
    /// `matched` is the prefix that the rule matches, and that `prefix` stands in place of.
    pub(super) fn new(bucket: Option<String>, prefix: Option<&str>, matched: Option<KeyPrefix>) -> Self {
        let prefix = prefix.map(|text| (matched, text.strip_suffix('/').unwrap_or(text).to_owned()));
        Self { bucket, prefix }
    }

    /// Whether the bucket is another.
    pub(super) fn changes_bucket(&self) -> bool {
        self.bucket.is_some()
    }

    /// The other place. It may be none: a key can become too long, or empty.
    pub(super) fn apply(&self, location: &ObjectLocation) -> Result<ObjectLocation, InvalidLocation> {
        let bucket = self.bucket.as_deref().unwrap_or(location.bucket());
        let key = match &self.prefix {
            Some((matched, instead)) => ObjectKey::parse(replace(location.key().as_str(), matched.as_ref(), instead))?,
            None => location.key().clone(),
        };
        location.with_object(bucket, key)
    }
}

fn replace(key: &str, matched: Option<&KeyPrefix>, instead: &str) -> String {
    match matched.and_then(|prefix| prefix.rest(key)) {
        Some(rest) if instead.is_empty() => rest.strip_prefix('/').unwrap_or(rest).to_owned(),
        Some(rest) => format!("{instead}{rest}"),
        None if instead.is_empty() => key.to_owned(),
        None => format!("{instead}/{key}"),
    }
}
