//! Keeps on asking an apiserver that is down.
//!
//! Callers alone could not tell that it is back: a gateway that is not ready may get none.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use presign_core::Readiness;

use super::Shared;

const PAUSE: Duration = Duration::from_secs(5);

/// Asks again every few seconds while the authenticator is not ready, for as long as it lives.
pub(super) fn keep_trying(shared: &Arc<Shared>) {
    let shared = Arc::downgrade(shared);
    tokio::spawn(async move { while attempt(&shared).await.is_some() {} });
}

async fn attempt(shared: &Weak<Shared>) -> Option<()> {
    tokio::time::sleep(PAUSE).await;
    let shared = shared.upgrade()?;
    if shared.judge.readiness() != Readiness::Ready {
        shared.judge.probe().await;
    }
    Some(())
}
