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
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(PAUSE).await;
            if attempt(&shared).await.is_none() {
                return;
            }
        }
    });
}

/// `None` when the authenticator lives no more.
async fn attempt(shared: &Weak<Shared>) -> Option<()> {
    let shared = shared.upgrade()?;
    if shared.judge.readiness() != Readiness::Ready {
        shared.judge.probe().await;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use fake_apiserver::{FakeApiserver, Fault, SYSTEM};
    use presign_core::{FixedClock, FixedEnvironment, Timestamp};
    use serde_json::json;

    use super::*;
    use crate::auth::{
        AuthContext, Authenticator, Unobserved,
        clearml::{Clearml, Settings},
        http_client,
    };

    async fn start(server: &FakeApiserver) -> Clearml {
        let environment = Arc::new(FixedEnvironment::new([("SECRET", SYSTEM.secret_key)]));
        let clock = Arc::new(FixedClock(Timestamp::from_unix(0)));
        let section = json!({
            "api_server": server.url(),
            "access_key": SYSTEM.access_key,
            "secret_key": {"env": "SECRET"},
        });
        let settings = Settings::read(&serde_json::from_value(section).unwrap(), environment.as_ref()).unwrap();
        let context =
            AuthContext { environment, clock, client: http_client().unwrap(), observer: Arc::new(Unobserved) };
        Clearml::start(settings, &context).await
    }

    #[tokio::test]
    async fn an_authenticator_that_is_not_ready_finds_out_by_itself_when_the_apiserver_is_back() {
        let server = FakeApiserver::start(Arc::new(FixedClock(Timestamp::from_unix(0)))).await.unwrap();
        server.fail(Fault::Unavailable);
        let clearml = start(&server).await;
        let shared = Arc::downgrade(&clearml.shared);
        attempt(&shared).await.unwrap();
        assert_ne!(clearml.readiness(), Readiness::Ready);
        server.mend();
        attempt(&shared).await.unwrap();
        assert_eq!(clearml.readiness(), Readiness::Ready);
        let calls = server.requests().len();
        attempt(&shared).await.unwrap();
        assert_eq!(server.requests().len(), calls, "one that is ready asks nothing");
        drop(clearml);
        assert_eq!(attempt(&shared).await, None);
    }
}
