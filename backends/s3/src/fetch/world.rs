//! What a credential is fetched with.

use std::{
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use presign_core::{Clock, Environment};

use super::wire::Clients;

/// What a credential is fetched with.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) environment: Arc<dyn Environment>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) clients: Clients,
    /// The region whose STS is asked.
    pub(crate) region: String,
    /// Whether the STS asked is the one with FIPS 140 validated cryptography.
    pub(crate) fips: bool,
}

impl World {
    /// A variable that is set to something.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        self.environment.variable(name).filter(|value| !value.is_empty())
    }

    /// The clock, for AWS's library.
    pub(crate) fn time_source(&self) -> SharedTimeSource {
        SharedTimeSource::new(Time(Arc::clone(&self.clock)))
    }
}

#[derive(Debug)]
struct Time(Arc<dyn Clock>);

impl TimeSource for Time {
    fn now(&self) -> SystemTime {
        let seconds = u64::try_from(self.0.now().unix()).unwrap_or_default();
        UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap_or(UNIX_EPOCH)
    }
}
