//! What the gateway asks of every provider.

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use http::HeaderMap;
use presign_core::{Readiness, Timestamp};

use crate::auth::{AuthError, Principal};

/// Says who a caller is.
#[async_trait]
pub trait Authenticator: fmt::Debug + Send + Sync + 'static {
    /// Answers without waiting, or `None` when somebody has to be asked.
    ///
    /// The hot path: a token that was seen a moment ago is answered here.
    fn authenticate_now(&self, headers: &HeaderMap, now: Timestamp) -> Option<Result<Arc<Principal>, AuthError>>;

    /// Answers, waiting where it has to.
    ///
    /// # Errors
    /// Why the caller is not known, or that this cannot be found out now.
    async fn authenticate(&self, headers: &HeaderMap, now: Timestamp) -> Result<Arc<Principal>, AuthError>;

    /// The provider's name: `clearml`, `static` or `none`.
    fn provider(&self) -> &'static str;

    /// Whether callers can be authenticated now.
    fn readiness(&self) -> Readiness;
}
