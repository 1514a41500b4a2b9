//! What is wrong with a configuration, and where.

use std::fmt;

/// Whether a configuration with a problem can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// It cannot.
    Error,
    /// It can, but it may not mean what its author thinks.
    Warning,
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// A line of the configuration file, counted from 1.
    Line(usize),
    /// An environment variable.
    Variable(String),
}

/// One thing that is wrong in a configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The place, such as `rules[3].match.glob`; empty for the configuration as a whole.
    pub path: String,
    /// Where the value came from, as far as it is known.
    pub origin: Option<Origin>,
    /// Whether the configuration can be used all the same.
    pub severity: Severity,
    /// What is wrong and what to do, without any secret.
    pub message: String,
}

impl Problem {
    /// The line in the configuration file, counted from 1.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        match self.origin {
            Some(Origin::Line(line)) => Some(line),
            _ => None,
        }
    }
}

/// Everything that is wrong with a configuration, in the order of its lines. Displays one problem a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Problems {
    file: String,
    all: Vec<Problem>,
}

impl Problems {
    /// Nothing wrong so far with this file.
    #[must_use]
    pub fn of(file: impl Into<String>) -> Self {
        Self { file: file.into(), all: Vec::new() }
    }

    /// One that was found when the configuration's text was no longer at hand.
    pub(crate) fn one(path: &super::Path, message: impl Into<String>) -> Self {
        let (path, message) = (path.to_string(), message.into());
        let problem = Problem { path, origin: None, severity: Severity::Error, message };
        Self { file: "the configuration".to_owned(), all: vec![problem] }
    }

    /// Adds one, at its place.
    pub fn push(&mut self, problem: Problem) {
        if self.all.contains(&problem) {
            return;
        }
        // What has no line (a missing section) comes first, what a variable brought comes last.
        let position = self.all.partition_point(|other| other.origin <= problem.origin);
        self.all.insert(position, problem);
    }

    /// All of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.all.iter()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether the configuration cannot be used.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.all.iter().any(|problem| problem.severity == Severity::Error)
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Problem;
    type IntoIter = std::slice::Iter<'a, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.all.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            match &problem.origin {
                Some(Origin::Line(line)) => write!(f, "{separator}{}:{line}: ", self.file)?,
                Some(Origin::Variable(name)) => write!(f, "{separator}{name}: ")?,
                None => write!(f, "{separator}{}: ", self.file)?,
            }
            if problem.severity == Severity::Warning {
                f.write_str("warning: ")?;
            }
            if !problem.path.is_empty() {
                write!(f, "{}: ", problem.path)?;
            }
            f.write_str(&problem.message)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
