//! One configuration in effect: everything a request is decided by, made at once and swapped at once.

mod built;
mod route;

use std::sync::Arc;

use http::HeaderValue;
use indexmap::IndexMap;
use presign_core::{Clock, Environment, Signer};

use self::built::{Built, build_backends, facts};
use crate::{
    Registry,
    config::{Config, Draft, Path, Problems},
    endpoints::EndpointTable,
    metrics::Metrics,
    rules::{Rule, RuleSet},
};

pub use self::route::{Route, sign};

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
