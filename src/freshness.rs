//! Keeps the credentials of all backends fresh, for as long as a configuration is in effect.

use std::sync::Arc;

use presign_core::Signer;
use tokio::task::JoinSet;

/// The tasks that keep credentials fresh. They end with it; what they have fetched stays with the signers.
#[derive(Debug, Default)]
pub struct Freshness {
    _tasks: JoinSet<()>,
}

impl Freshness {
    /// Starts a task for each signer.
    pub fn of<'a>(signers: impl Iterator<Item = &'a Arc<dyn Signer>>) -> Self {
        let mut tasks = JoinSet::new();
        for signer in signers.map(Arc::clone) {
            tasks.spawn(async move { signer.keep_fresh().await });
        }
        Self { _tasks: tasks }
    }
}
