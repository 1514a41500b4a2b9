//! From a rule to its signer.

use std::sync::Arc;

use http::HeaderValue;
use indexmap::IndexMap;
use presign_core::{SignError, SignRequest, SignedUrl, Signer};

use super::built::Built;
use crate::{
    metrics::{Metrics, RouteMetrics},
    rules::{Grant, Rule},
    terms::Terms,
};

/// A rule's way to its signer, with what is the same for every request that takes it.
#[derive(Debug)]
pub struct Route {
    /// The rule's name.
    pub rule: HeaderValue,
    /// The backend's name; `none` for a rule that only refuses.
    pub backend: HeaderValue,
    /// The rule's counters.
    pub metrics: RouteMetrics,
    /// What the backend's configuration says of its links.
    pub terms: Terms,
    /// The generation of the configuration that its backend was built for. A backend that a reload left alone keeps it;
    /// together with the backend's name it tells apart what may be remembered of two backends.
    pub built_in: u64,
    signer: Option<Arc<dyn Signer>>,
}

impl Route {
    pub(super) fn new(rule: &Rule, backends: &IndexMap<String, Built>, metrics: &Metrics) -> Self {
        let backend = rule.backend().unwrap_or("none");
        let built = backends.get(backend);
        let value = |text: &str| HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("unnamed"));
        Self {
            rule: value(rule.name()),
            backend: value(backend),
            metrics: RouteMetrics::new(metrics, rule.name(), backend),
            terms: built.map(|built| Terms::of(&built.config)).unwrap_or_default(),
            built_in: built.map_or(0, |built| built.generation),
            signer: built.map(|built| Arc::clone(&built.signer)),
        }
    }

    /// The signer that a grant leads to.
    ///
    /// # Errors
    /// When the rule has none, or its signer does not serve the granted location.
    pub fn signer(&self, grant: &Grant<'_>) -> Result<&Arc<dyn Signer>, SignError> {
        let signer = self.signer.as_ref().ok_or(SignError::NotServed("the rule has no backend".to_owned()))?;
        if signer.claims(grant.location()) {
            return Ok(signer);
        }
        let backend = self.backend.to_str().unwrap_or_default();
        Err(SignError::NotServed(format!("{} is not of the backend {backend}", grant.location())))
    }
}

/// Signs, without waiting where the signer can.
///
/// # Errors
/// As the signer says.
pub async fn sign(signer: &dyn Signer, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
    match signer.sign_now(request) {
        Some(signed) => signed,
        None => signer.sign(request).await,
    }
}
