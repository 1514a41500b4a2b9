//! What a matching rule says to a caller: a grant, or a refusal.

use std::borrow::Cow;

use presign_core::{InvalidLocation, ObjectLocation, Operation, ResponseOverrides};

use super::rule::Rule;
use crate::auth::Principal;

/// The rule that decides about an object. It has not decided yet: [`Match::authorize`] does.
#[derive(Debug, Clone, Copy)]
pub struct Match<'r> {
    rule: &'r Rule,
    location: &'r ObjectLocation,
}

impl<'r> Match<'r> {
    pub(super) const fn new(rule: &'r Rule, location: &'r ObjectLocation) -> Self {
        Self { rule, location }
    }

    /// The rule.
    #[must_use]
    pub const fn rule(&self) -> &'r Rule {
        self.rule
    }

    /// Decides whether a caller may do this with the object.
    ///
    /// `deny` wins over `allow`, and who may do nothing is not told what others may do: the caller comes before the
    /// operation.
    ///
    /// # Errors
    /// Says why not.
    pub fn authorize(&self, principal: &Principal, operation: Operation) -> Result<Grant<'r>, Refusal> {
        let rule = self.rule;
        if rule.deny.as_ref().is_some_and(|denied| denied.include(principal)) {
            return Err(Refusal::Denied);
        }
        if rule.allow.as_ref().is_some_and(|allowed| !allowed.include(principal)) {
            return Err(Refusal::NotAllowed);
        }
        let backend = rule.backend.as_deref().ok_or(Refusal::NoBackend)?;
        if !rule.operations.contains(&operation) {
            return Err(Refusal::Method { allowed: rule.operations.clone() });
        }
        let location = match &rule.rewrite {
            Some(rewrite) => Cow::Owned(rewrite.apply(self.location)?),
            None => Cow::Borrowed(self.location),
        };
        Ok(Grant { rule, backend, operation, location, asked_for: self.location })
    }
}

/// Why a rule refuses.
///
/// [`Refusal::Method`] may be told to the caller (405). The others are one and the same to the caller (403); which it
/// was is for logs and for `explain`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The rule's `deny` names the caller.
    #[error("the rule denies this caller")]
    Denied,
    /// The rule's `allow` does not name the caller.
    #[error("the rule does not allow this caller")]
    NotAllowed,
    /// The rule has no backend.
    #[error("the rule has no backend: it refuses what it matches")]
    NoBackend,
    /// The rule's `methods` do not hold the operation.
    #[error("the rule does not allow this method, only {}", methods(allowed))]
    Method {
        /// What they hold.
        allowed: Vec<Operation>,
    },
    /// The rule's `rewrite` makes no valid location of this one.
    #[error("the rule's rewrite makes no valid location of this one: {0}")]
    Rewrite(#[from] InvalidLocation),
}

impl Refusal {
    /// The word for metrics and logs.
    #[must_use]
    pub const fn label(&self) -> &'static str {
        match self {
            Self::Denied => "denied",
            Self::NotAllowed => "not_allowed",
            Self::NoBackend => "no_backend",
            Self::Method { .. } => "method",
            Self::Rewrite(_) => "rewrite",
        }
    }
}

fn methods(operations: &[Operation]) -> String {
    operations.iter().map(|operation| operation.method()).collect::<Vec<_>>().join(", ")
}

/// Proof that a rule allows one operation on one object. Only [`Match::authorize`] makes one.
#[derive(Debug, Clone)]
#[must_use = "a grant is there to be signed"]
pub struct Grant<'r> {
    rule: &'r Rule,
    backend: &'r str,
    operation: Operation,
    location: Cow<'r, ObjectLocation>,
    asked_for: &'r ObjectLocation,
}

impl<'r> Grant<'r> {
    /// The rule.
    #[must_use]
    pub const fn rule(&self) -> &'r Rule {
        self.rule
    }

    /// The name of the backend that is to sign.
    #[must_use]
    pub const fn backend(&self) -> &'r str {
        self.backend
    }

    /// What is allowed.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        self.operation
    }

    /// The object, where the rule's `rewrite` says it lies.
    #[must_use]
    pub fn location(&self) -> &ObjectLocation {
        &self.location
    }

    /// The response headers that the rule has signed; none for a write, which has no response worth the name.
    ///
    /// `download` is the caller's wish to save the object instead of seeing it: under that name, or under the object's
    /// own when it is empty. The caller may ask for that much, because it takes nothing from what the rule protects.
    #[must_use]
    pub fn overrides(&self, download: Option<&str>) -> ResponseOverrides {
        if !self.operation.is_read() {
            return ResponseOverrides::default();
        }
        self.rule.response.overrides(self.asked_for.key(), download)
    }
}
