//! Where environment variables and files come from.

use std::{collections::HashMap, fmt, io, path::Path};

/// The process's surroundings, as far as configuration may look at them.
pub trait Environment: fmt::Debug + Send + Sync + 'static {
    /// The value of an environment variable, if it is set and is UTF-8.
    fn variable(&self, name: &str) -> Option<String>;

    /// All variables whose names start with `prefix`, in the order of their names.
    fn variables_with_prefix(&self, prefix: &str) -> Vec<(String, String)>;

    /// The content of a file.
    ///
    /// # Errors
    /// As the file system says.
    fn read(&self, path: &Path) -> io::Result<String>;
}

/// An environment that holds just these variables, and reads real files: for tests.
#[derive(Default, Clone)]
pub struct FixedEnvironment(HashMap<String, String>);

impl FixedEnvironment {
    /// With these variables.
    pub fn new<N: Into<String>, V: Into<String>>(variables: impl IntoIterator<Item = (N, V)>) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

impl fmt::Debug for FixedEnvironment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may be secrets.
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Environment for FixedEnvironment {
    fn variable(&self, name: &str) -> Option<String> {
        self.0.get(name).cloned()
    }

    fn variables_with_prefix(&self, prefix: &str) -> Vec<(String, String)> {
        let mut found: Vec<_> =
            self.0.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(n, v)| (n.clone(), v.clone())).collect();
        found.sort();
        found
    }

    fn read(&self, path: &Path) -> io::Result<String> {
        std::fs::read_to_string(path)
    }
}
