//! An environment with defaults.

use std::{collections::BTreeMap, fmt, io, path::Path, sync::Arc};

use presign_core::Environment;

/// Another environment, with values for variables that it does not set.
pub(super) struct Overlay {
    base: Arc<dyn Environment>,
    defaults: BTreeMap<&'static str, String>,
}

impl Overlay {
    pub(super) fn new<const N: usize>(base: Arc<dyn Environment>, defaults: [(&'static str, String); N]) -> Self {
        Self { base, defaults: defaults.into() }
    }
}

impl fmt::Debug for Overlay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Values may be secrets.
        f.debug_struct("Overlay").field("base", &self.base).field("defaults", &self.defaults.keys()).finish()
    }
}

impl Environment for Overlay {
    fn variable(&self, name: &str) -> Option<String> {
        self.base.variable(name).or_else(|| self.defaults.get(name).cloned())
    }

    fn variables_with_prefix(&self, prefix: &str) -> Vec<(String, String)> {
        let defaults = self.defaults.iter().filter(|(name, _)| name.starts_with(prefix));
        let mut found: BTreeMap<_, _> = defaults.map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        found.extend(self.base.variables_with_prefix(prefix));
        found.into_iter().collect()
    }

    fn read(&self, path: &Path) -> io::Result<String> {
        self.base.read(path)
    }
}
