//! `provider: none`: nobody is asked who they are.

use std::sync::Arc;

use async_trait::async_trait;
use http::HeaderMap;
use presign_core::{Readiness, Timestamp};

use crate::auth::{AuthError, Authenticator, Principal};

/// Takes every caller for the user `anonymous`, of role `anonymous` and no company.
#[derive(Debug)]
pub(crate) struct Anonymous(Arc<Principal>);

impl Default for Anonymous {
    fn default() -> Self {
        Self(Arc::new(Principal::new("anonymous", "", "anonymous")))
    }
}

#[async_trait]
impl Authenticator for Anonymous {
    fn authenticate_now(&self, _: &HeaderMap, _: Timestamp) -> Option<Result<Arc<Principal>, AuthError>> {
        Some(Ok(Arc::clone(&self.0)))
    }

    async fn authenticate(&self, _: &HeaderMap, _: Timestamp) -> Result<Arc<Principal>, AuthError> {
        Ok(Arc::clone(&self.0))
    }

    fn provider(&self) -> &'static str {
        "none"
    }

    fn readiness(&self) -> Readiness {
        Readiness::Ready
    }
}
