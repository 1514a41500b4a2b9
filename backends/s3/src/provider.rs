//! Who hands the credential to the signer.

use std::sync::Arc;

use presign_core::{CredentialInfo, Readiness, SignError, Timestamp};
use presign_credentials::{CredentialCache, Held};

use crate::{Credential, fetch::Source};

/// Hands out the credential that is good now.
#[derive(Debug)]
pub(crate) enum Provider {
    /// One that stays.
    Permanent(Arc<Held<Credential>>),
    /// One that has to be fetched.
    Fetched(CredentialCache<Source>),
}

impl Provider {
    pub(crate) fn permanent(credential: Credential) -> Self {
        let info = CredentialInfo { expires_at: credential.expires_at, ..CredentialInfo::PERMANENT };
        Self::Permanent(Arc::new(Held { credential, info }))
    }

    /// The credential at hand. Never waits; the same `Arc` until there is another credential.
    pub(crate) fn current(&self) -> Option<Arc<Held<Credential>>> {
        match self {
            Self::Permanent(held) => Some(Arc::clone(held)),
            Self::Fetched(cache) => cache.current(),
        }
    }

    /// A credential that lasts until then, or as long as there is one to be had.
    pub(crate) async fn get(&self, needed_until: Timestamp) -> Result<Arc<Held<Credential>>, SignError> {
        match self {
            Self::Permanent(held) => Ok(Arc::clone(held)),
            Self::Fetched(cache) => cache.get(needed_until).await,
        }
    }

    pub(crate) async fn keep_fresh(&self) {
        if let Self::Fetched(cache) = self {
            cache.keep_fresh().await;
        }
    }

    pub(crate) fn readiness(&self, now: Timestamp) -> Readiness {
        match self {
            Self::Permanent(_) => Readiness::Ready,
            Self::Fetched(cache) => cache.readiness(now),
        }
    }
}
