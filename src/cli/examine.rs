//! Whether all that a configuration names lets the gateway work, and what to do.

use presign_core::Readiness;

use super::{Streams, error::CliError};
use crate::{
    auth,
    config::AuthProvider,
    live,
    online::{self, Observation, State},
    serve::ServeError,
    snapshot::{Snapshot, Surroundings},
};

/// Asks everybody, and tells what they say. Whether nothing is wrong; what is doubtful may be as it should be.
pub(super) async fn examine(
    snapshot: &Snapshot,
    surroundings: &Surroundings,
    streams: &mut Streams<'_>,
) -> Result<bool, CliError> {
    let client = auth::http_client().map_err(ServeError::Authentication)?;
    let mut worst = State::Fine;
    let mut tell = |observations: Vec<Observation>| {
        for observation in observations {
            writeln!(streams.output, "{observation}")?;
            worst = worst.max(observation.state);
        }
        std::io::Result::Ok(())
    };
    tell(vec![authenticator(snapshot, surroundings, &client).await?])?;
    let now = surroundings.clock.now();
    let config = &snapshot.config;
    if let Some(clearml) = config.auth.clearml.as_ref().filter(|_| config.auth.provider == AuthProvider::Clearml) {
        let environment = surroundings.environment.as_ref();
        tell(online::observe_apiserver(clearml, &config.server, environment, &client, now).await)?;
    }
    tell(online::observe(snapshot, &client, now).await)?;
    Ok(worst < State::Wrong)
}

async fn authenticator(
    snapshot: &Snapshot,
    surroundings: &Surroundings,
    client: &reqwest::Client,
) -> Result<Observation, CliError> {
    let built = live::authenticator(&snapshot.config.auth, surroundings, client.clone()).await;
    let (authenticator, _) = built.map_err(ServeError::Authentication)?;
    Ok(match authenticator.readiness() {
        Readiness::Ready => Observation::new("auth", State::Fine, "callers can be authenticated"),
        Readiness::Degraded(why) | Readiness::NotReady(why) => Observation::new("auth", State::Wrong, why),
    })
}
