//! One attempt: from text to a configuration in effect, or to the reasons why not.

use std::sync::Arc;

use presign_core::Environment;

use super::{Listeners, TextSource, restart};
use crate::{
    config,
    gateway::{Gateway, Live},
    recording::{Reads, Recording},
    serve::{self, warn_of},
    server::Options,
    snapshot::Surroundings,
};

/// What an attempt is made with.
pub(super) struct Attempt {
    pub(super) text: TextSource,
    pub(super) surroundings: Surroundings,
    pub(super) gateway: Arc<Gateway>,
    pub(super) client: reqwest::Client,
    pub(super) listeners: Listeners,
}

impl Attempt {
    /// Makes it. What was read is known whatever comes of it: a file that is missing today may be there tomorrow.
    pub(super) async fn make(self) -> (Reads, Result<u64, Vec<String>>) {
        let recording = Arc::new(Recording::new(Arc::clone(&self.surroundings.environment)));
        let made = self.put_into_effect(Arc::clone(&recording) as Arc<dyn Environment>).await;
        (recording.finish(), made.map_err(|problems| problems.lines().map(str::to_owned).collect()))
    }

    async fn put_into_effect(self, environment: Arc<dyn Environment>) -> Result<u64, String> {
        let Self { text, surroundings, gateway, client, listeners } = self;
        let content = text.read(environment.as_ref());
        let content = content.map_err(|error| format!("{}: cannot be read: {error}", text.name()))?;
        let draft = config::read(&content, &text.name(), environment.as_ref(), &surroundings.registry);
        let mut draft = draft.map_err(|problems| problems.to_string())?;
        let tls = serve::tls(&mut draft, environment.as_ref());
        let gateway_url = draft.config().server.gateway_url(Some(listeners.public_address));
        let surroundings = Surroundings { environment, gateway_url, ..surroundings };
        let previous = gateway.live();
        let live = Live::build(draft, &surroundings, &client, Some(&previous)).await;
        let live = live.map_err(|problems| problems.to_string())?;

        warn_of(&live.snapshot.warnings);
        let (before, now) = (&previous.snapshot.config, &live.snapshot.config);
        let changed = [("log", before.log != now.log), ("traces", before.traces != now.traces)];
        let changed = changed.into_iter().filter_map(|(section, differs)| differs.then_some(section));
        let server = now.server.clone();
        for setting in changed.chain(restart::needed(&listeners.at_start, &server)) {
            tracing::warn!("{setting} has changed, which takes effect at the next start only");
        }
        let generation = live.snapshot.generation;
        surroundings.metrics.certificate(tls.as_ref().and_then(|tls| tls.expires_at));
        gateway.replace(live);
        let tls = tls.map(|tls| tls.acceptor);
        listeners.admin.update(|options| Options { limits: server.limits.clone(), ..options });
        listeners.public.update(|options| Options { limits: server.limits, tls, ..options });
        Ok(generation)
    }
}
