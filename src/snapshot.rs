//! One configuration in effect: everything a request is decided by, made at once and swapped at once.

use std::{collections::BTreeMap, sync::Arc};

use http::HeaderValue;
use indexmap::IndexMap;
use presign_core::{BuildContext, Clock, Environment, Operation, SignError, SignRequest, SignedUrl, Signer};

use crate::{
    Registry,
    config::{Attribution, BackendConfig, Config, Draft, Path, Problems},
    decorated::Decorated,
    endpoints::EndpointTable,
    link_cache::LinkCache,
    metrics::{LinkCacheMetrics, MeteredSigner, Metrics, RouteMetrics},
    recording::{Reads, Recording},
    rules::{BackendFacts, Grant, Rule, RuleSet},
    terms::Terms,
};

/// What a configuration is built with.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The kinds of backends.
    pub registry: Registry,
    /// Variables and files.
    pub environment: Arc<dyn Environment>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where signatures are measured.
    pub metrics: Metrics,
    /// How clients reach the gateway, for backends whose links lead back to it; without a `/` at its end.
    pub gateway_url: Option<String>,
}

/// A configuration, its signers and its rules.
#[derive(Debug)]
pub struct Snapshot {
    /// The number of this configuration among those that were in effect, from 1.
    pub generation: u64,
    /// The configuration.
    pub config: Config,
    /// What its author may want to look at.
    pub warnings: Problems,
    /// The rules.
    pub rules: RuleSet,
    /// The endpoints of all signers.
    pub endpoints: EndpointTable,
    backends: IndexMap<String, Built>,
    routes: Vec<Arc<Route>>,
}

/// A rule's way to its signer, with what is the same for every request that takes it.
#[derive(Debug)]
pub struct Route {
    /// The rule's name.
    pub rule: HeaderValue,
    /// The backend's name; `none` for a rule that only refuses.
    pub backend: HeaderValue,
    /// The rule's counters.
    pub metrics: RouteMetrics,
    /// What the backend's configuration says of its links.
    pub terms: Terms,
    /// The generation of the configuration that its backend was built for. A backend that a reload left alone keeps it;
    /// together with the backend's name it tells apart what may be remembered of two backends.
    pub built_in: u64,
    signer: Option<Arc<dyn Signer>>,
}

/// A signer, and all that it was built from.
#[derive(Debug, Clone)]
struct Built {
    signer: Arc<dyn Signer>,
    config: BackendConfig,
    content_url: Option<String>,
    link_cache_entries: u64,
    reads: Reads,
    generation: u64,
}

impl Snapshot {
    /// Builds signers and rules of a configuration that was read.
    ///
    /// # Errors
    /// All problems of the configuration, those found while reading it among them.
    pub async fn build(draft: Draft, surroundings: &Surroundings) -> Result<Self, Problems> {
        Self::succeed(draft, surroundings, None).await
    }

    /// As [`Snapshot::build`], in place of a configuration that is in effect: backends that would be built from the same
    /// are taken over, with their credentials.
    ///
    /// # Errors
    /// As [`Snapshot::build`].
    pub async fn succeed(
        mut draft: Draft,
        surroundings: &Surroundings,
        previous: Option<&Self>,
    ) -> Result<Self, Problems> {
        let generation = previous.map_or(0, |previous| previous.generation).saturating_add(1);
        let backends = build_backends(&mut draft, surroundings, previous, generation).await;
        let facts = facts(&draft, surroundings, &backends);
        let rules = match RuleSet::build(&draft.config().rules, &facts, &draft.config().signing) {
            Ok((rules, warnings)) => {
                draft.warnings(&Path::root(), &warnings);
                Some(rules)
            }
            Err(problems) => {
                draft.errors(&Path::root(), &problems);
                None
            }
        };
        let loaded = draft.finish()?;
        // Without rules there was an error, and `finish` has returned it.
        let rules = rules.ok_or_else(Problems::default)?;
        let endpoints = EndpointTable::new(backends.values().map(|built| built.signer.endpoints()));
        let route = |rule: &Rule| Arc::new(Route::new(rule, &backends, &surroundings.metrics));
        let routes = rules.rules().iter().map(route).collect();
        Ok(Self { generation, config: loaded.config, warnings: loaded.warnings, rules, endpoints, backends, routes })
    }

    /// A rule's route.
    #[must_use]
    pub fn route(&self, rule: &Rule) -> Option<&Arc<Route>> {
        self.routes.get(rule.index())
    }

    /// A backend's signer, for whoever may use it without a rule: the operator at the command line.
    #[must_use]
    pub fn backend(&self, name: &str) -> Option<&Arc<dyn Signer>> {
        self.backends.get(name).map(|built| &built.signer)
    }

    /// Drops the metrics of backends and rules that the next configuration has no more.
    pub(crate) fn forget_all_but(&self, next: &Self, metrics: &Metrics) {
        for name in self.backends.keys().filter(|name| !next.backends.contains_key(*name)) {
            metrics.forget_backend(name);
        }
        let is_kept =
            |route: &Route| next.routes.iter().any(|other| other.rule == route.rule && other.backend == route.backend);
        for route in self.routes.iter().filter(|route| !is_kept(route)) {
            let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
            metrics.forget_route(&text(&route.rule), &text(&route.backend));
            if next.routes.iter().all(|other| other.rule != route.rule) {
                metrics.forget_rule(&text(&route.rule));
            }
        }
    }

    /// All backends, in the order of the configuration.
    pub fn backends(&self) -> impl Iterator<Item = (&str, &Arc<dyn Signer>)> {
        self.backends.iter().map(|(name, built)| (name.as_str(), &built.signer))
    }
}

impl Route {
    fn new(rule: &Rule, backends: &IndexMap<String, Built>, metrics: &Metrics) -> Self {
        let backend = rule.backend().unwrap_or("none");
        let built = backends.get(backend);
        let value = |text: &str| HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("unnamed"));
        Self {
            rule: value(rule.name()),
            backend: value(backend),
            metrics: RouteMetrics::new(metrics, rule.name(), backend),
            terms: built.map(|built| Terms::of(&built.config)).unwrap_or_default(),
            built_in: built.map_or(0, |built| built.generation),
            signer: built.map(|built| Arc::clone(&built.signer)),
        }
    }

    /// The signer that a grant leads to.
    ///
    /// # Errors
    /// When the rule has none, or its signer does not serve the granted location.
    pub fn signer(&self, grant: &Grant<'_>) -> Result<&Arc<dyn Signer>, SignError> {
        let signer = self.signer.as_ref().ok_or(SignError::NotServed("the rule has no backend".to_owned()))?;
        if signer.claims(grant.location()) {
            return Ok(signer);
        }
        let backend = self.backend.to_str().unwrap_or_default();
        Err(SignError::NotServed(format!("{} is not of the backend {backend}", grant.location())))
    }
}

/// Signs, without waiting where the signer can.
///
/// # Errors
/// As the signer says.
pub async fn sign(signer: &dyn Signer, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
    match signer.sign_now(request) {
        Some(signed) => signed,
        None => signer.sign(request).await,
    }
}

async fn build_backends(
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

fn facts(
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
