//! One configuration in effect: everything a request is decided by, made at once and swapped at once.

use std::{collections::BTreeMap, sync::Arc};

use http::HeaderValue;
use indexmap::IndexMap;
use presign_core::{BuildContext, Clock, Environment, Operation, SignError, SignRequest, SignedUrl, Signer};

use crate::{
    Registry,
    config::{Attribution, Config, Draft, Path, Problems},
    endpoints::EndpointTable,
    link_cache::LinkCache,
    metrics::{LinkCacheMetrics, MeteredSigner, Metrics, RouteMetrics},
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
    /// The configuration.
    pub config: Config,
    /// What its author may want to look at.
    pub warnings: Problems,
    /// The rules.
    pub rules: RuleSet,
    /// The endpoints of all signers.
    pub endpoints: EndpointTable,
    backends: IndexMap<String, Arc<dyn Signer>>,
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
    signer: Option<Arc<dyn Signer>>,
}

impl Snapshot {
    /// Builds signers and rules of a configuration that was read.
    ///
    /// # Errors
    /// All problems of the configuration, those found while reading it among them.
    pub async fn build(mut draft: Draft, surroundings: &Surroundings) -> Result<Self, Problems> {
        let signers = build_signers(&mut draft, surroundings).await;
        let facts = facts(&draft, surroundings, &signers);
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
        let endpoints = EndpointTable::new(signers.values().map(|signer| signer.endpoints()));
        let route = |rule: &Rule| {
            let terms = rule.backend().and_then(|name| loaded.config.backends.get(name)).map(Terms::of);
            Arc::new(Route::new(rule, &signers, terms.unwrap_or_default(), &surroundings.metrics))
        };
        let routes = rules.rules().iter().map(route).collect();
        Ok(Self { config: loaded.config, warnings: loaded.warnings, rules, endpoints, backends: signers, routes })
    }

    /// A rule's route.
    #[must_use]
    pub fn route(&self, rule: &Rule) -> Option<&Arc<Route>> {
        self.routes.get(rule.index())
    }

    /// A backend's signer, for whoever may use it without a rule: the operator at the command line.
    #[must_use]
    pub fn backend(&self, name: &str) -> Option<&Arc<dyn Signer>> {
        self.backends.get(name)
    }

    /// All backends, in the order of the configuration.
    pub fn backends(&self) -> impl Iterator<Item = (&str, &Arc<dyn Signer>)> {
        self.backends.iter().map(|(name, signer)| (name.as_str(), signer))
    }
}

impl Route {
    fn new(rule: &Rule, signers: &IndexMap<String, Arc<dyn Signer>>, terms: Terms, metrics: &Metrics) -> Self {
        let backend = rule.backend().unwrap_or("none");
        let signer = signers.get(backend).map(Arc::clone);
        let value = |text: &str| HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("unnamed"));
        Self {
            rule: value(rule.name()),
            backend: value(backend),
            metrics: RouteMetrics::new(metrics, rule.name(), backend),
            terms,
            signer,
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

async fn build_signers(draft: &mut Draft, surroundings: &Surroundings) -> IndexMap<String, Arc<dyn Signer>> {
    let mut signers = IndexMap::new();
    for (name, backend) in draft.config().backends.clone() {
        let content_url = surroundings
            .gateway_url
            .as_ref()
            .map(|url| format!("{url}/content/{}", presign_core::encode::query(&name)));
        let context = BuildContext {
            name: name.clone(),
            environment: Arc::clone(&surroundings.environment),
            clock: Arc::clone(&surroundings.clock),
            content_url,
            observer: surroundings.metrics.credential_observer(&name),
        };
        match surroundings.registry.build(&backend, context).await {
            Ok(signer) => {
                if backend.attribution != Attribution::None && !signer.attributes() {
                    let place = Path::root().key("backends").key(&name).key("attribution");
                    draft.error(&place, "links of this backend cannot say who asked for them: leave it out");
                }
                let entries = draft.config().signing.link_cache_entries;
                signers.insert(name.clone(), decorated(signer, &name, entries, surroundings));
            }
            Err(error) => draft.errors(&Path::root().key("backends").key(&name), &error.problems),
        }
    }
    signers
}

/// Measured, and with links that take long to sign remembered.
fn decorated(signer: Arc<dyn Signer>, name: &str, entries: u64, surroundings: &Surroundings) -> Arc<dyn Signer> {
    let Surroundings { metrics, clock, .. } = surroundings;
    let measured = Arc::new(MeteredSigner::new(signer, name, metrics, Arc::clone(clock)));
    match entries {
        0 => measured,
        _ => Arc::new(LinkCache::new(measured, entries, LinkCacheMetrics::new(metrics, name))),
    }
}

fn facts(
    draft: &Draft,
    surroundings: &Surroundings,
    signers: &IndexMap<String, Arc<dyn Signer>>,
) -> BTreeMap<String, BackendFacts> {
    let kinds = &draft.config().backends;
    let of = |(name, backend): (&String, &crate::config::BackendConfig)| {
        let operations = surroundings.registry.operations(&backend.kind).unwrap_or(&Operation::ALL);
        let facts = match signers.get(name) {
            Some(signer) => BackendFacts::of(signer.as_ref(), operations),
            // Broken, which is said elsewhere: the rules that name it are not broken for that.
            None => BackendFacts { operations, longest_life: presign_core::ExpiresIn::MAX, schemes: Vec::new() },
        };
        (name.clone(), facts)
    };
    kinds.iter().map(of).collect()
}
