//! What a gateway's identity has to be allowed, in the words of the store's own access management.

use serde_json::Value;

use crate::Operation;

/// What one rule wants of a store. Names are patterns: `*` stands for any characters, `/` among them, and `?` for one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessNeed {
    /// The rule.
    pub rule: String,
    /// The bucket.
    pub bucket: String,
    /// The key.
    pub key: String,
    /// What is to be done with the objects.
    pub operations: Vec<Operation>,
    /// Whether objects that are missing are to be told from those that may not be read.
    pub check_exists: bool,
}

impl AccessNeed {
    /// Whether the rule lets objects be read.
    #[must_use]
    pub fn reads(&self) -> bool {
        self.operations.iter().any(|operation| operation.is_read())
    }

    /// Whether the rule lets objects be written.
    #[must_use]
    pub fn writes(&self) -> bool {
        self.operations.contains(&Operation::Put)
    }

    /// Whether the rule lets objects be deleted.
    #[must_use]
    pub fn deletes(&self) -> bool {
        self.operations.contains(&Operation::Delete)
    }

    /// What all keys start with.
    #[must_use]
    pub fn key_prefix(&self) -> &str {
        self.key.find(['*', '?']).map_or(self.key.as_str(), |end| self.key.get(..end).unwrap_or_default())
    }
}

/// A policy that allows just what is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The policy, as the store's tools take it.
    pub document: Value,
    /// What whoever applies it has to know: what to fill in, where to put it.
    pub remarks: Vec<String>,
}
