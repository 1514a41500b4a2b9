//! Signers, as the configuration describes them.

use std::{collections::BTreeMap, sync::Arc};

use indexmap::IndexMap;
use presign_core::{BuildContext, Environment, Operation, Signer};

use super::{Snapshot, Surroundings};
use crate::{
    config::{Attribution, BackendConfig, Draft, Path},
    decorated::Decorated,
    link_cache::LinkCache,
    metrics::{LinkCacheMetrics, MeteredSigner},
    recording::{Reads, Recording},
    rules::BackendFacts,
};

/// A signer, and all that it was built from.
#[derive(Debug, Clone)]
pub(super) struct Built {
    pub(super) signer: Arc<dyn Signer>,
    pub(super) config: BackendConfig,
    pub(super) content_url: Option<String>,
    pub(super) link_cache_entries: u64,
    pub(super) reads: Reads,
    pub(super) generation: u64,
}

/// Builds all backends; problems are told to the draft. Those of `previous` that would be the same are taken over.
pub(super) async fn build_backends(
    draft: &mut Draft,
    surroundings: &Surroundings,
    previous: Option<&Snapshot>,
    generation: u64,
) -> IndexMap<String, Built> {
    let mut backends = IndexMap::new();
    let link_cache_entries = draft.config().signing.link_cache_entries;
    for (name, config) in draft.config().backends.clone() {
        let content_url = surroundings
            .gateway_url
            .as_ref()
            .map(|url| format!("{url}/content/{}", presign_core::encode::query(&name)));
        let known = previous.and_then(|previous| previous.backends.get(&name));
        let unchanged = known.filter(|built| {
            built.config == config
                && built.content_url == content_url
                && built.link_cache_entries == link_cache_entries
                && built.reads.are_current(surroundings.environment.as_ref())
        });
        if let Some(built) = unchanged {
            backends.insert(name, built.clone());
            continue;
        }
        let recording = Arc::new(Recording::new(Arc::clone(&surroundings.environment)));
        let context = BuildContext {
            name: name.clone(),
            environment: Arc::clone(&recording) as Arc<dyn Environment>,
            clock: Arc::clone(&surroundings.clock),
            content_url: content_url.clone(),
            observer: surroundings.metrics.credential_observer(&name),
        };
        match surroundings.registry.build(&config, context).await {
            Ok(signer) => {
                if config.attribution != Attribution::None && !signer.attributes() {
                    let place = Path::root().key("backends").key(&name).key("attribution");
                    draft.error(&place, "links of this backend cannot say who asked for them: leave it out");
                }
                let signer = decorated(signer, &name, link_cache_entries, surroundings);
                let reads = recording.finish();
                backends.insert(name, Built { signer, config, content_url, link_cache_entries, reads, generation });
            }
            Err(error) => draft.errors(&Path::root().key("backends").key(&name), &error.problems),
        }
    }
    backends
}

/// Measured, and with links that take long to sign remembered.
fn decorated(signer: Arc<dyn Signer>, name: &str, entries: u64, surroundings: &Surroundings) -> Arc<dyn Signer> {
    let Surroundings { metrics, clock, .. } = surroundings;
    let measured = Arc::new(Decorated(MeteredSigner::new(signer, name, metrics, Arc::clone(clock))));
    match entries {
        0 => measured,
        _ => Arc::new(Decorated(LinkCache::new(measured, entries, LinkCacheMetrics::new(metrics, name)))),
    }
}

/// What rules have to know of the backends.
pub(super) fn facts(
    draft: &Draft,
    surroundings: &Surroundings,
    backends: &IndexMap<String, Built>,
) -> BTreeMap<String, BackendFacts> {
    let kinds = &draft.config().backends;
    let of = |(name, backend): (&String, &BackendConfig)| {
        let operations = surroundings.registry.operations(&backend.kind).unwrap_or(&Operation::ALL);
        let facts = match backends.get(name) {
            Some(built) => BackendFacts::of(built.signer.as_ref(), operations),
            // Broken, which is said elsewhere: the rules that name it are not broken for that.
            None => BackendFacts {
                operations,
                longest_life: presign_core::ExpiresIn::MAX,
                schemes: Vec::new(),
                refused: Vec::new(),
            },
        };
        (name.clone(), facts)
    };
    kinds.iter().map(of).collect()
}
