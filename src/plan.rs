//! What will be signed for a caller whom a rule lets in: pure, and the same for a request, for `sign` and for `explain`.

use std::{sync::Arc, time::Duration};

use presign_core::{ResponseOverrides, SignError, SignRequest, Signer, Timestamp};

use crate::{
    auth::Principal,
    gateway::Wanted,
    lifetime::{Lifetime, LifetimeInputs, TooShort, lifetime},
    refusal::Refusal,
    rules::{self, Grant, Match},
    snapshot::Snapshot,
};

/// A rule's consent, with all that enters the signature but the life.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) grant: Grant<'a>,
    pub(crate) signer: &'a Arc<dyn Signer>,
    pub(crate) overrides: ResponseOverrides,
    /// What bounds the life.
    pub(crate) inputs: LifetimeInputs,
}

/// Why there is nothing to sign, in the words of whoever stopped it: more than a caller is told.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Obstacle {
    #[error("no rule matches")]
    NoRule,
    #[error(transparent)]
    Rule(#[from] rules::Refusal),
    #[error(transparent)]
    Signer(#[from] SignError),
    #[error(transparent)]
    Life(#[from] TooShort),
}

impl<'a> Plan<'a> {
    /// Asks the rule that was found, and its signer.
    ///
    /// # Errors
    /// When the rule refuses the caller, or its backend does not serve the object.
    pub(crate) fn make(
        snapshot: &'a Snapshot,
        found: Match<'a>,
        caller: &Principal,
        wanted: &Wanted,
        now: Timestamp,
    ) -> Result<Self, Obstacle> {
        let grant = found.authorize(caller, wanted.operation)?;
        let route = snapshot.route(found.rule()).ok_or(Obstacle::NoRule)?;
        let signer = route.signer(&grant)?;
        let download = wanted.download.as_deref().or_else(|| wanted.prefers_file.then_some(""));
        let overrides = grant.overrides(download, wanted.content_type.as_deref());
        let inputs = LifetimeInputs {
            now,
            signed_at: now,
            rule_ttl: grant.rule().ttl(),
            requested: wanted.expires_in,
            backend_max: None,
            provider_cap: signer.longest_life(),
            credential_expires_at: signer.credential().and_then(|credential| credential.expires_at),
            credential_margin: Duration::ZERO,
            token_expires_at: caller.token_expires_at,
            min_ttl: snapshot.config.signing.min_ttl.0,
        };
        Ok(Self { grant, signer, overrides, inputs })
    }

    /// The link's life.
    ///
    /// # Errors
    /// When it would be too short.
    pub(crate) fn life(&self) -> Result<Lifetime, TooShort> {
        lifetime(&self.inputs)
    }

    /// What the signer is to be given.
    pub(crate) fn request(&self, life: Lifetime) -> SignRequest<'_> {
        let operation = self.grant.operation();
        let request = SignRequest::new(operation, self.grant.location(), self.inputs.signed_at, life.expires_in);
        request.with_overrides(&self.overrides)
    }
}

impl From<Obstacle> for Refusal {
    fn from(obstacle: Obstacle) -> Self {
        match obstacle {
            Obstacle::NoRule => Self::Forbidden("no rule matches"),
            Obstacle::Rule(refusal) => refusal.into(),
            Obstacle::Signer(error) => error.into(),
            Obstacle::Life(error) => error.into(),
        }
    }
}
