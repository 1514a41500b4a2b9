//! Collects what is wrong.

use presign_core::Problem;

/// Everything that was found so far.
#[derive(Debug, Default)]
pub(super) struct Problems {
    errors: Vec<Problem>,
    warnings: Vec<Problem>,
}

impl Problems {
    /// For the fields below this one.
    pub(super) fn below(&mut self, field: String) -> ProblemsBelow<'_> {
        ProblemsBelow { all: self, field }
    }

    /// The warnings, when that is all there is.
    pub(super) fn into_warnings(self) -> Result<Vec<Problem>, Vec<Problem>> {
        if self.errors.is_empty() { Ok(self.warnings) } else { Err(self.errors) }
    }
}

/// What is wrong with one part of the configuration.
#[derive(Debug)]
pub(super) struct ProblemsBelow<'a> {
    all: &'a mut Problems,
    field: String,
}

impl ProblemsBelow<'_> {
    /// What has to be mended.
    pub(super) fn error(&mut self, field: &str, message: impl Into<String>) {
        let problem = self.problem(field, message);
        self.all.errors.push(problem);
    }

    /// What is probably not meant.
    pub(super) fn warning(&mut self, field: &str, message: impl Into<String>) {
        let problem = self.problem(field, message);
        self.all.warnings.push(problem);
    }

    fn problem(&self, field: &str, message: impl Into<String>) -> Problem {
        let separator = if field.is_empty() { "" } else { "." };
        Problem { field: format!("{}{separator}{field}", self.field), message: message.into() }
    }
}
