//! Consent without a link: for what the gateway itself does to an object on a caller's behalf.

use std::sync::Arc;

use presign_core::{ExpiresIn, ObjectLocation, Operation, SignRequest, Signer, Timestamp};

use crate::{
    lifetime::{Lifetime, TooShort},
    refusal::Refusal,
    snapshot::Route,
};

/// The life of the links that the gateway uses itself, each at once: a store looks at it when a request begins.
const LIFE_SECONDS: u64 = 900;

/// An object that a rule lets a caller do something with.
#[derive(Debug, Clone)]
pub struct Admitted {
    /// Who signs for it.
    pub signer: Arc<dyn Signer>,
    /// Where it lies, after the rule's `rewrite`.
    pub location: ObjectLocation,
    /// The rule and the backend.
    pub route: Arc<Route>,
    /// The life that a link for the caller would have.
    pub life: Result<Lifetime, TooShort>,
    /// The caller, for the store's access log.
    pub attribution: Option<String>,
}

impl Admitted {
    /// A link that the caller will use.
    ///
    /// # Errors
    /// When it would live too short.
    pub(crate) fn link_request(&self) -> Result<SignRequest<'_>, Refusal> {
        let life = self.life?;
        let request = SignRequest::new(Operation::Put, &self.location, life.signed_at, life.expires_in);
        Ok(request.attributed_to(self.attribution.as_deref()))
    }

    /// A link that the gateway itself will use.
    ///
    /// # Errors
    /// Never, as long as the life above is one.
    pub(crate) fn request(&self, operation: Operation, now: Timestamp) -> Result<SignRequest<'_>, Refusal> {
        let life = ExpiresIn::from_seconds(LIFE_SECONDS).map_err(|error| Refusal::Internal(error.to_string()))?;
        let life = life.min(self.signer.longest_life());
        let request = SignRequest::new(operation, &self.location, now, life).for_gateway();
        Ok(request.attributed_to(self.attribution.as_deref()))
    }
}
