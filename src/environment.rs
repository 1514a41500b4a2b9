//! The process's environment: the one place that reads it.

use std::{env, io, path::Path};

use presign_core::Environment;

/// The environment variables of the process, and the files of its file system.
#[derive(Debug, Clone, Copy)]
pub struct ProcessEnvironment;

impl Environment for ProcessEnvironment {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    fn variable(&self, name: &str) -> Option<String> {
        env::var(name).ok()
    }

    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    fn variables_with_prefix(&self, prefix: &str) -> Vec<(String, String)> {
        let utf8 =
            env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let mut found: Vec<_> = utf8.filter(|(name, _)| name.starts_with(prefix)).collect();
        found.sort();
        found
    }

    fn read(&self, path: &Path) -> io::Result<String> {
        std::fs::read_to_string(path)
    }
}
