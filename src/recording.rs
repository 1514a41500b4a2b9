//! An environment that remembers which files were read through it, and what stood in them.
//!
//! So a reload knows which files to watch, and whether a backend would read today what it was built from, without any
//! backend having to say so.

use std::{
    collections::BTreeMap,
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use presign_core::Environment;
use sha2::{Digest, Sha256};

/// The SHA-256 of a file's content; `None` when it could not be read.
type Fingerprint = Option<[u8; 32]>;

/// Files that were read, and what stood in them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Reads(BTreeMap<PathBuf, Fingerprint>);

impl Reads {
    /// Whether the same would be read today.
    #[must_use]
    pub fn are_current(&self, environment: &dyn Environment) -> bool {
        self.0.iter().all(|(path, known)| fingerprint(&environment.read(path)) == *known)
    }

    /// The files.
    pub fn paths(&self) -> impl Iterator<Item = &Path> {
        self.0.keys().map(PathBuf::as_path)
    }
}

impl fmt::Debug for Reads {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Another environment, listened to until [`Recording::finish`].
#[derive(Debug)]
pub struct Recording {
    inner: Arc<dyn Environment>,
    reads: Mutex<Option<Reads>>,
}

impl Recording {
    /// Listens from here on.
    #[must_use]
    pub fn new(inner: Arc<dyn Environment>) -> Self {
        Self { inner, reads: Mutex::new(Some(Reads::default())) }
    }

    /// What was read so far. Nothing is recorded from here on: what a signer reads later, to renew a credential, it
    /// looks after by itself.
    #[must_use]
    pub fn finish(&self) -> Reads {
        self.reads.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or_default()
    }
}

impl Environment for Recording {
    fn variable(&self, name: &str) -> Option<String> {
        self.inner.variable(name)
    }

    fn variables_with_prefix(&self, prefix: &str) -> Vec<(String, String)> {
        self.inner.variables_with_prefix(prefix)
    }

    fn read(&self, path: &Path) -> io::Result<String> {
        let read = self.inner.read(path);
        if let Some(reads) = self.reads.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
            reads.0.insert(path.to_owned(), fingerprint(&read));
        }
        read
    }
}

fn fingerprint(read: &io::Result<String>) -> Fingerprint {
    read.as_ref().ok().map(|text| Sha256::digest(text).into())
}

#[cfg(test)]
mod tests {
    use presign_core::FixedEnvironment;

    use super::*;

    #[test]
    fn what_was_read_is_current_until_a_file_changes_appears_or_goes() {
        let folder = tempfile::tempdir().unwrap();
        let (there, missing) = (folder.path().join("there"), folder.path().join("missing"));
        std::fs::write(&there, "1").unwrap();
        let environment: Arc<dyn Environment> = Arc::new(FixedEnvironment::default());
        let recording = Recording::new(Arc::clone(&environment));
        recording.read(&there).unwrap();
        recording.read(&missing).unwrap_err();
        let reads = recording.finish();
        assert_eq!(reads.paths().collect::<Vec<_>>(), [missing.as_path(), there.as_path()]);
        assert!(reads.are_current(environment.as_ref()));
        std::fs::write(&missing, "").unwrap();
        assert!(!reads.are_current(environment.as_ref()));
        std::fs::remove_file(&missing).unwrap();
        std::fs::write(&there, "2").unwrap();
        assert!(!reads.are_current(environment.as_ref()));
    }
}
