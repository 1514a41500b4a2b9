//! Everything that is wrong with a configuration, collected.

use presign_core::Problem;

#[derive(Debug, Default)]
pub(crate) struct Problems(pub(crate) Vec<Problem>);

impl Problems {
    /// Notes one.
    pub(crate) fn add(&mut self, field: &str, message: impl Into<String>) {
        self.0.push(Problem { field: field.to_owned(), message: message.into() });
    }

    /// Keeps what was read, or notes why it was not.
    pub(crate) fn keep<T>(&mut self, field: &str, read: Result<T, String>) -> Option<T> {
        read.map_err(|message| self.add(field, message)).ok()
    }

    /// Keeps what was read, or notes all that is wrong with it.
    pub(crate) fn keep_all<T>(&mut self, read: Result<T, Vec<Problem>>) -> Option<T> {
        read.map_err(|found| self.0.extend(found)).ok()
    }
}
