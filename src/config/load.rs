//! From text to configuration.

use presign_core::Environment;

use super::{
    Config, check, decode,
    document::{self, SyntaxError},
    draft::{Draft, Loaded, located},
    finding::Findings,
    origins::Origins,
    overrides,
    path::Path,
    problem::{Origin, Problem, Problems, Severity},
    redact,
};
use crate::registry::Registry;

/// Reads a configuration and checks all that can be checked without its rules: [`read`] and [`Draft::finish`].
///
/// # Errors
/// All problems at once, when one of them keeps the configuration from being used.
pub fn load(text: &str, file: &str, environment: &dyn Environment, registry: &Registry) -> Result<Loaded, Problems> {
    read(text, file, environment, registry)?.finish()
}

/// Reads a configuration, overrides from the environment included, and checks it. `file` is its name in messages.
///
/// # Errors
/// When the text is no YAML, or too far from a configuration to look at it further.
pub fn read(text: &str, file: &str, environment: &dyn Environment, registry: &Registry) -> Result<Draft, Problems> {
    let mut problems = Problems::of(file);
    let (mut document, duplicates) = document::parse(text).map_err(|error| syntax_problem(file, error))?;
    add(&mut problems, duplicates, &document.origins);
    for (variable, findings) in overrides::apply(&mut document, environment) {
        let origin = Some(Origin::Variable(variable));
        findings.0.into_iter().for_each(|finding| problems.push(located(finding, origin.clone())));
    }

    let redacted = redact::redacted(&document.value);
    let decoded = decode::decode::<Config>(document.value, &Path::root());
    add(&mut problems, decoded.findings, &document.origins);
    let Some(mut config) = decoded.value else { return Err(problems) };
    config.redacted = redacted;

    let mut draft = Draft { config, origins: document.origins, mended: decoded.mended, problems };
    let findings = check::check(&draft.config, registry);
    draft.add_all(findings);
    Ok(draft)
}

fn syntax_problem(file: &str, error: SyntaxError) -> Problems {
    let mut problems = Problems::of(file);
    let origin = error.line.map(Origin::Line);
    problems.push(Problem { path: String::new(), origin, severity: Severity::Error, message: error.message });
    problems
}

fn add(problems: &mut Problems, findings: Findings, origins: &Origins) {
    for finding in findings.0 {
        let origin = origins.find(&finding.path).cloned();
        problems.push(located(finding, origin));
    }
}
