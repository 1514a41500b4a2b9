//! What no type can say: limits, forms of texts, and what belongs together.

mod audit;
mod auth;
mod backends;
mod server;
mod signing;
mod traces;
mod ui;
mod url;

use super::{Config, finding::Findings, path::Path};
use crate::registry::Registry;

/// Checks everything but the rules.
pub(super) fn check(config: &Config, registry: &Registry) -> Findings {
    let mut findings = Findings::default();
    server::check(&config.server, &mut findings);
    auth::check(&config.auth, &config.server, &mut findings);
    if let Some(audit) = &config.audit {
        audit::check(audit, &mut findings);
    }
    signing::check(&config.signing, &mut findings);
    backends::check(&config.backends, &config.signing, registry, &mut findings);
    ui::check(&config.ui, &mut findings);
    if let Some(traces) = &config.traces {
        traces::check(traces, &mut findings);
    }
    if config.rules.is_empty() {
        let message = "there are no rules, so every request is refused: add one";
        findings.warning(Path::root().key("rules"), message);
    }
    findings
}
