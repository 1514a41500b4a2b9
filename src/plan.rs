//! What will be signed for a caller whom a rule lets in: the same for a request, for `sign` and for `explain`. Pure but
//! for [`Plan::ensure_credential`] and [`Plan::sign`], which ask the signer.

use std::sync::Arc;

use presign_core::{
    Audience, CredentialInfo, Operation, ResponseOverrides, SignError, SignRequest, SignedUrl, Signer, Timestamp,
};

use crate::{
    admitted::Admitted,
    auth::Principal,
    config::ShortCredential,
    gateway::Wanted,
    lifetime::{Bound, Lifetime, LifetimeInputs, TooShort, lifetime},
    refusal::Refusal,
    rules::{self, Grant, Match},
    snapshot::{Route, Snapshot, sign},
};

/// How often a link is signed anew because the credential changed meanwhile. Credentials live for minutes at least, so
/// twice is a coincidence already.
const ATTEMPTS: usize = 3;

/// A rule's consent, with all that enters the signature but the life.
#[derive(Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) grant: Grant<'a>,
    pub(crate) signer: &'a Arc<dyn Signer>,
    pub(crate) overrides: ResponseOverrides,
    /// Type and length of what is to be written.
    written: (Option<String>, Option<u64>),
    /// What bounds the life.
    pub(crate) inputs: LifetimeInputs,
    /// The credential that the plan is made for.
    credential: Option<CredentialInfo>,
    attribution: Option<String>,
    short_credential: ShortCredential,
    /// Who will use the link.
    pub(crate) audience: Audience,
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
    /// Asks the rule that was found, and its signer, for what is at hand.
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
        // What is inferred gives way to what the rule says.
        let is_file = wanted.prefers_file && !grant.rule().has_disposition();
        let download = wanted.download.as_deref().or_else(|| is_file.then_some(""));
        let overrides = grant.overrides(download, wanted.content_type.as_deref());
        let written = match wanted.operation {
            Operation::Put => (wanted.content_type.clone(), wanted.content_length),
            _ => (None, None),
        };
        let signing = &snapshot.config.signing;
        let credential = signer.credential();
        let inputs = LifetimeInputs {
            now,
            stable_window: signing.stable_window.0,
            rule_ttl: grant.rule().ttl(),
            requested: wanted.expires_in,
            backend_max: route.terms.max_ttl,
            provider_cap: signer.longest_life(),
            credential,
            credential_margin: signing.credential_margin.0,
            token_expires_at: caller.token_expires_at,
            min_ttl: signing.min_ttl.0,
        };
        let attribution = route.terms.attribution(&caller.user);
        let short_credential = signing.short_credential;
        let audience = Audience::Client;
        Ok(Self { grant, signer, overrides, written, inputs, credential, attribution, short_credential, audience })
    }

    /// The same plan, for a view of the object where what is inferred is a file.
    pub(crate) fn show(&mut self, wanted: &Wanted) {
        self.overrides = self.grant.overrides(wanted.download.as_deref(), wanted.content_type.as_deref());
    }

    /// Sees to it that there is a credential, which lasts as long as the link should if one that long is to be had.
    ///
    /// # Errors
    /// When there is no credential.
    pub(crate) async fn ensure_credential(&mut self) -> Result<(), SignError> {
        if let Some(needed_until) = self.renewal() {
            let renewed = self.signer.renew(needed_until).await?;
            self.take(Some(renewed));
        }
        Ok(())
    }

    /// The time until which the credential at hand should last, where it does not.
    fn renewal(&self) -> Option<Timestamp> {
        let needed_until = self.inputs.credential_needed_until();
        match self.credential {
            None => Some(needed_until),
            Some(credential) if credential.lasts_until(needed_until) => None,
            Some(_) => (self.short_credential != ShortCredential::Clamp).then_some(needed_until),
        }
    }

    fn take(&mut self, credential: Option<CredentialInfo>) {
        self.credential = credential;
        self.inputs.credential = credential;
    }

    /// The link's life.
    ///
    /// # Errors
    /// When it would be too short.
    pub(crate) fn life(&self) -> Result<Lifetime, TooShort> {
        let life = lifetime(&self.inputs)?;
        if life.bound == Bound::Credential && self.short_credential == ShortCredential::RefreshThenRefuse {
            return Err(TooShort { bound: life.bound, left: life.left, wanted: self.inputs.longest_wish().duration() });
        }
        Ok(life)
    }

    /// The consent, without a link.
    pub(crate) fn admitted(self, route: Arc<Route>) -> Admitted {
        let life = self.life();
        let location = self.grant.location().clone();
        Admitted { signer: Arc::clone(self.signer), location, route, life, attribution: self.attribution }
    }

    /// What the signer is to be given.
    pub(crate) fn request(&self, life: Lifetime) -> SignRequest<'_> {
        let operation = self.grant.operation();
        let (content_type, content_length) = &self.written;
        let request = SignRequest::new(operation, self.grant.location(), life.signed_at, life.expires_in)
            .with_overrides(&self.overrides)
            .with_content(content_type.as_deref(), *content_length)
            .attributed_to(self.attribution.as_deref());
        match self.audience {
            Audience::Client => request,
            Audience::Gateway => request.for_gateway(),
        }
    }

    /// Signs as planned. When the credential changes meanwhile, so does the plan: a link must not live longer than the
    /// credential that really signed it.
    ///
    /// # Errors
    /// When the signer fails, or no credential lasts as long as the shortest link.
    pub(crate) async fn sign(&mut self) -> Result<(SignedUrl, Lifetime), Obstacle> {
        for _ in 0..ATTEMPTS {
            let life = self.life()?;
            let signed = sign(self.signer.as_ref(), &self.request(life)).await?;
            let at_hand = self.signer.credential();
            if at_hand == self.credential {
                return Ok((signed, life));
            }
            self.take(at_hand);
            self.ensure_credential().await?;
        }
        let message = "the backend's credential changes faster than links can be signed".to_owned();
        Err(SignError::Unavailable { message, retry_after: None }.into())
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
