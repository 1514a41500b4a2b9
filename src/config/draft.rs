//! A configuration on its way: read, but not yet accepted.

use super::{
    Config,
    finding::{Finding, Findings},
    origins::Origins,
    path::Path,
    problem::{Origin, Problem, Problems, Severity},
};

/// A configuration that was read, with all problems that were found so far.
///
/// Later steps (rules, backends) look at [`Draft::config`], add what they find, and [`Draft::finish`] decides. So all
/// problems of a file are reported together. Where the file had mistakes, the configuration holds stand-ins for them;
/// what a later step finds wrong with a stand-in is dropped.
#[derive(Debug)]
pub struct Draft {
    pub(super) config: Config,
    pub(super) origins: Origins,
    pub(super) mended: Vec<Path>,
    pub(super) problems: Problems,
}

/// A configuration that can be used.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// What its author may want to look at.
    pub warnings: Problems,
}

impl Draft {
    /// The configuration, to look at. It can be used once [`Draft::finish`] has said so.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Adds what keeps the configuration from being used.
    pub fn error(&mut self, path: &Path, message: impl Into<String>) {
        self.add(Finding { path: path.clone(), severity: Severity::Error, message: message.into() });
    }

    /// Adds what the author may want to look at.
    pub fn warning(&mut self, path: &Path, message: impl Into<String>) {
        self.add(Finding { path: path.clone(), severity: Severity::Warning, message: message.into() });
    }

    /// Adds what a check with paths of its own has found below `base`, as what keeps the configuration from being used.
    pub fn errors(&mut self, base: &Path, problems: &[presign_core::Problem]) {
        for problem in problems {
            self.error(&base.below(&problem.field), &problem.message);
        }
    }

    /// As [`Draft::errors`], for what the author may want to look at.
    pub fn warnings(&mut self, base: &Path, problems: &[presign_core::Problem]) {
        for problem in problems {
            self.warning(&base.below(&problem.field), &problem.message);
        }
    }

    /// The configuration, when nothing keeps it from being used.
    ///
    /// # Errors
    /// All problems, warnings among them, when one of them is an error.
    pub fn finish(self) -> Result<Loaded, Problems> {
        if self.problems.has_errors() {
            return Err(self.problems);
        }
        Ok(Loaded { config: self.config, warnings: self.problems })
    }

    pub(super) fn add_all(&mut self, findings: Findings) {
        findings.0.into_iter().for_each(|finding| self.add(finding));
    }

    fn add(&mut self, finding: Finding) {
        let beside = |mended: &Path| finding.path.is_within(mended) || mended.is_within(&finding.path);
        if !self.mended.iter().any(beside) {
            let origin = self.origins.find(&finding.path).cloned();
            self.problems.push(located(finding, origin));
        }
    }
}

pub(super) fn located(finding: Finding, origin: Option<Origin>) -> Problem {
    let Finding { path, severity, message } = finding;
    Problem { path: path.to_string(), origin, severity, message }
}
