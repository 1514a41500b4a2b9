//! What a command works with: the configuration, and what it is built with.

use std::sync::Arc;

use presign_core::{Clock, Environment};

use super::error::CliError;
use crate::{
    Registry,
    config::{self, Draft, Problems},
    metrics::Metrics,
    serve::{self, Source, Text},
    snapshot::{Snapshot, Surroundings},
};

/// Kinds of backends, environment and configuration.
#[derive(Debug)]
pub(super) struct Setting {
    pub(super) registry: Registry,
    pub(super) environment: Arc<dyn Environment>,
    pub(super) source: Source,
}

impl Setting {
    /// The configuration's text.
    pub(super) fn text(&self) -> Result<Text, CliError> {
        Ok(serve::read(&self.source, Arc::clone(&self.environment))?)
    }

    /// The configuration, as far as it can be read without building anything.
    pub(super) fn draft(&self, text: &Text) -> Result<Draft, Problems> {
        config::read(&text.content, &text.file, text.environment.as_ref(), &self.registry)
    }

    /// The configuration in effect.
    pub(super) async fn snapshot(&self, text: &Text, clock: Arc<dyn Clock>) -> Result<Snapshot, CliError> {
        let draft = self.draft(text)?;
        let gateway_url = draft.config().server.gateway_url(None);
        let surroundings = self.surroundings(text, clock, gateway_url)?;
        Ok(Snapshot::build(draft, &surroundings).await?)
    }

    /// What a configuration is built with. Nobody looks at the metrics.
    pub(super) fn surroundings(
        &self,
        text: &Text,
        clock: Arc<dyn Clock>,
        gateway_url: Option<String>,
    ) -> Result<Surroundings, CliError> {
        let (registry, environment) = (self.registry.clone(), Arc::clone(&text.environment));
        Ok(Surroundings { registry, environment, clock, metrics: Metrics::new()?, gateway_url })
    }
}
