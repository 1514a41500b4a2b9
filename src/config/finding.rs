//! A problem before its line is known.

use super::{path::Path, problem::Severity};

/// One thing that is wrong, by its path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) path: Path,
    pub(crate) severity: Severity,
    pub(crate) message: String,
}

impl Finding {
    /// The configuration cannot be used.
    pub(crate) fn error(path: Path, message: impl Into<String>) -> Self {
        Self { path, severity: Severity::Error, message: message.into() }
    }
}

/// What a check has found so far.
#[derive(Debug, Default)]
pub(crate) struct Findings(pub(crate) Vec<Finding>);

impl Findings {
    /// The configuration cannot be used.
    pub(crate) fn error(&mut self, path: Path, message: impl Into<String>) {
        self.0.push(Finding::error(path, message));
    }

    /// The configuration may not mean what its author thinks.
    pub(crate) fn warning(&mut self, path: Path, message: impl Into<String>) {
        self.0.push(Finding { path, severity: Severity::Warning, message: message.into() });
    }

    /// Adds an error unless the condition holds.
    pub(crate) fn require(&mut self, condition: bool, path: Path, message: impl Into<String>) {
        if !condition {
            self.error(path, message);
        }
    }
}
