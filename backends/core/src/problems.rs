//! Everything that is wrong with a backend's configuration, collected.

use crate::{BuildError, Problem};

/// What is wrong with a configuration, while it is read: every problem is reported, not the first.
#[derive(Debug, Default)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// Notes one.
    pub fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(Problem { field: field.to_owned(), message: message.into() });
    }

    /// Keeps what was read, or notes why it was not.
    pub fn keep<T>(&mut self, field: &str, read: Result<T, String>) -> Option<T> {
        read.map_err(|message| self.add(field, message)).ok()
    }

    /// Keeps what was read, or notes all that is wrong with it.
    pub fn keep_all<T>(&mut self, read: Result<T, Vec<Problem>>) -> Option<T> {
        read.map_err(|found| self.0.extend(found)).ok()
    }

    /// What was built, unless something is wrong.
    ///
    /// # Errors
    /// All that was noted. What is `None` without a note would be a fault of the backend, and is refused as well.
    pub fn unless_any<T>(self, built: Option<T>) -> Result<T, BuildError> {
        match built {
            Some(built) if self.0.is_empty() => Ok(built),
            _ => Err(BuildError { problems: self.0 }),
        }
    }
}
