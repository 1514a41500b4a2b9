//! One rule, checked.

use std::fmt;

use presign_core::{ExpiresIn, Operation};

use super::{
    condition::{Condition, Guard},
    principals::Principals,
    response::ResponsePolicy,
    rewrite::Rewrite,
};
use crate::config::Delivery;

/// One rule of a [`super::RuleSet`].
pub struct Rule {
    pub(super) name: String,
    pub(super) index: usize,
    pub(super) condition: Condition,
    pub(super) guard: Option<Guard>,
    pub(super) operations: Vec<Operation>,
    pub(super) allow: Option<Principals>,
    pub(super) deny: Option<Principals>,
    pub(super) backend: Option<String>,
    pub(super) ttl: ExpiresIn,
    pub(super) response: ResponsePolicy,
    pub(super) rewrite: Option<Rewrite>,
    pub(super) check_exists: bool,
    pub(super) delivery: Delivery,
}

impl Rule {
    /// The rule's name: fit for a header and for a metric's label.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where the rule stands in the configuration, counted from 0.
    #[must_use]
    pub const fn index(&self) -> usize {
        self.index
    }

    /// The name of the backend that signs; a rule without one refuses what it matches.
    #[must_use]
    pub fn backend(&self) -> Option<&str> {
        self.backend.as_deref()
    }

    /// What may be done with the objects: the operations of `methods`.
    #[must_use]
    pub fn methods(&self) -> &[Operation] {
        &self.operations
    }

    /// The life of the rule's links: its own `ttl`, or the configuration's default.
    #[must_use]
    pub const fn ttl(&self) -> ExpiresIn {
        self.ttl
    }

    /// Whether the store is to be asked first whether the object exists.
    #[must_use]
    pub const fn check_exists(&self) -> bool {
        self.check_exists
    }

    /// How the bytes reach the client.
    #[must_use]
    pub const fn delivery(&self) -> Delivery {
        self.delivery
    }

    /// Whether the rule says itself whether objects are shown or saved.
    pub(crate) const fn has_disposition(&self) -> bool {
        self.response.has_disposition()
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule").field("index", &self.index).field("name", &self.name).finish_non_exhaustive()
    }
}
