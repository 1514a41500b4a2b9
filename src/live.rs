//! What is in effect, and how one configuration follows another.

use std::sync::Arc;

use arc_swap::{ArcSwap, ArcSwapOption};
use presign_core::{Environment, Timestamp};

use crate::{
    audit::Audit,
    auth::{self, AuthContext, Authenticator},
    config::{AuthConfig, Draft, Network, Path, Problems},
    freshness::Freshness,
    limits::Limits,
    metrics::{MeteredAuthenticator, Metrics},
    recording::{Reads, Recording},
    snapshot::{Snapshot, Surroundings},
};

/// A configuration in effect, and who authenticates for it.
#[derive(Debug)]
pub struct Live {
    /// The configuration.
    pub snapshot: Snapshot,
    /// Who knows the callers.
    pub authenticator: Arc<dyn Authenticator>,
    /// How much is taken.
    pub limits: Arc<Limits>,
    /// The audit trail, where there is one.
    pub audit: Option<Arc<Audit>>,
    /// Whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// What keeps the backends' credentials fresh.
    _freshness: Freshness,
    /// What the authenticator's secrets were read from.
    auth_reads: Reads,
}

impl Live {
    /// Builds all that a configuration asks for. Of `previous`, backends and authenticator are taken over where they
    /// would be built from the same: their credentials and caches live on.
    ///
    /// # Errors
    /// All problems of the configuration, each with its place.
    pub async fn build(
        mut draft: Draft,
        surroundings: &Surroundings,
        client: &reqwest::Client,
        previous: Option<&Self>,
    ) -> Result<Self, Problems> {
        let place = Path::root().key("auth");
        if let Err(error) = auth::check(&draft.config().auth, surroundings.environment.as_ref()) {
            draft.errors(&place, &error.problems);
        }
        let audit = audit(&mut draft, surroundings, previous);
        let snapshot = Snapshot::succeed(draft, surroundings, previous.map(|live| &live.snapshot)).await?;
        let config = &snapshot.config.auth;
        let unchanged = previous.filter(|live| {
            live.snapshot.config.auth == *config && live.auth_reads.are_current(surroundings.environment.as_ref())
        });
        let (authenticator, auth_reads) = match unchanged {
            Some(live) => (Arc::clone(&live.authenticator), live.auth_reads.clone()),
            None => authenticator(config, surroundings, client.clone()).await.map_err(|error| {
                // The same was checked above: a file was replaced in between.
                Problems::one(&place, error.to_string())
            })?,
        };
        let freshness = Freshness::of(snapshot.backends().map(|(_, signer)| signer));
        let server = &snapshot.config.server;
        let limits = previous.map(|live| &live.limits).filter(|limits| limits.are_those_of(&server.limits)).cloned();
        let limits = limits.unwrap_or_else(|| {
            Arc::new(Limits::new(&server.limits, &surroundings.clock, &surroundings.metrics.limits))
        });
        let trusted_proxies = server.trusted_proxies.iter().filter_map(|text| Network::parse(text)).collect();
        Ok(Self { snapshot, authenticator, limits, audit, trusted_proxies, _freshness: freshness, auth_reads })
    }
}

/// The audit trail: the one that is open, where it is the one that is asked for.
fn audit(draft: &mut Draft, surroundings: &Surroundings, previous: Option<&Live>) -> Option<Arc<Audit>> {
    let config = draft.config().audit.clone()?;
    let open = previous.and_then(|live| live.audit.clone()).filter(|audit| *audit.config() == config);
    if open.is_some() {
        return open;
    }
    let opened = Audit::open(&config, &surroundings.metrics, Arc::clone(&surroundings.clock));
    let place = Path::root().key("audit").key("path");
    opened.map_err(|error| draft.error(&place, format!("the trail cannot be opened: {error}"))).ok()
}

/// Who authenticates callers, and what its secrets were read from.
///
/// # Errors
/// When it cannot be set up.
pub(crate) async fn authenticator(
    config: &AuthConfig,
    surroundings: &Surroundings,
    client: reqwest::Client,
) -> Result<(Arc<dyn Authenticator>, Reads), presign_core::BuildError> {
    let recording = Arc::new(Recording::new(Arc::clone(&surroundings.environment)));
    let context = AuthContext {
        environment: Arc::clone(&recording) as Arc<dyn Environment>,
        clock: Arc::clone(&surroundings.clock),
        client,
        observer: surroundings.metrics.auth_observer(),
    };
    let inner = auth::build(config, context).await?;
    Ok((Arc::new(MeteredAuthenticator::new(inner, &surroundings.metrics)), recording.finish()))
}

/// How the last attempt to put another configuration into effect ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reload {
    /// When it was made.
    pub at: Timestamp,
    /// Why the new configuration was refused and the old one kept; none when it was put into effect.
    pub problems: Vec<String>,
}

/// The one pointer to what is in effect.
#[derive(Debug)]
pub(crate) struct Current {
    live: ArcSwap<Live>,
    last_reload: ArcSwapOption<Reload>,
}

impl Current {
    pub(crate) fn new(live: Live, at: Timestamp, metrics: &Metrics) -> Self {
        metrics.reload.in_effect(live.snapshot.generation, at);
        Self { live: ArcSwap::from_pointee(live), last_reload: ArcSwapOption::empty() }
    }

    pub(crate) fn get(&self) -> Arc<Live> {
        self.live.load_full()
    }

    pub(crate) fn last_reload(&self) -> Option<Arc<Reload>> {
        self.last_reload.load_full()
    }

    /// Puts another configuration into effect, for all requests from here on.
    pub(crate) fn replace(&self, live: Live, at: Timestamp, metrics: &Metrics) {
        let live = Arc::new(live);
        let previous = self.live.swap(Arc::clone(&live));
        metrics.reload.in_effect(live.snapshot.generation, at);
        metrics.reload.applied();
        previous.snapshot.forget_all_but(&live.snapshot, metrics);
        self.last_reload.store(Some(Arc::new(Reload { at, problems: Vec::new() })));
    }

    /// Keeps what is in effect, and remembers why.
    pub(crate) fn keep(&self, problems: Vec<String>, at: Timestamp, metrics: &Metrics) {
        metrics.reload.refused();
        self.last_reload.store(Some(Arc::new(Reload { at, problems })));
    }
}
