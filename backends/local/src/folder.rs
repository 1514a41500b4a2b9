//! From a key to an open file, and to no other.

use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, SystemTime},
};

use httpdate::HttpDate;
use object_store::{GetOptions, GetResultPayload, ObjectStore, local::LocalFileSystem};
use presign_core::{BuildError, ObjectKey};

/// The folder whose files are objects.
#[derive(Debug)]
pub(crate) struct Folder {
    /// Canonical: absolute, and without symbolic links.
    pub(crate) root: PathBuf,
    pub(crate) store: Arc<LocalFileSystem>,
}

/// An object, ready to be read.
#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) file: File,
    pub(crate) size: u64,
    pub(crate) entity_tag: String,
    pub(crate) modified: HttpDate,
}

/// Why there is no object to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// No regular file has exactly this name.
    Absent,
    /// There is one, and the gateway may not read it.
    Unreadable,
}

impl Folder {
    pub(crate) fn open(root: &Path) -> Result<Self, BuildError> {
        let shown = root.display();
        let at_root = |message: String| BuildError::at("root", message);
        let root = root.canonicalize().map_err(|error| {
            at_root(format!("the folder {shown} cannot be opened ({error}): create it, or correct the path"))
        })?;
        if !root.is_dir() {
            return Err(at_root(format!("{shown} is not a folder")));
        }
        let store = LocalFileSystem::new_with_prefix(&root)
            .map_err(|error| at_root(format!("the folder {shown} cannot be opened: {error}")))?;
        Ok(Self { root, store: Arc::new(store) })
    }

    /// Opens the object of exactly this key.
    pub(crate) async fn object(&self, key: &ObjectKey) -> Result<Object, Missing> {
        let location = self.exact_location(key).ok_or(Missing::Absent)?;
        let path = self.root.join(key.as_str());
        tokio::task::spawn_blocking(move || check_file(&path)).await.map_err(|_| Missing::Unreadable)??;
        let found = self.store.get_opts(&location, GetOptions::default()).await.map_err(|error| match error {
            object_store::Error::NotFound { .. } => Missing::Absent,
            _ => Missing::Unreadable,
        })?;
        let GetResultPayload::File(file, _) = found.payload else { return Err(Missing::Unreadable) };
        let entity_tag = found.meta.e_tag.ok_or(Missing::Unreadable)?;
        Ok(Object { file, size: found.meta.size, entity_tag, modified: http_date(found.meta.last_modified.into()) })
    }

    /// The store's path for a key; `None` for a key that the store would take for another (`a//b`, `/a`, `a/`) or cannot
    /// spell (`a#1`, `a:`).
    pub(crate) fn exact_location(&self, key: &ObjectKey) -> Option<object_store::path::Path> {
        let location = object_store::path::Path::parse(key.as_str()).ok()?;
        let path = self.store.path_to_filesystem(&location).ok()?;
        let exact = location.as_ref() == key.as_str() && path.as_os_str() == self.root.join(key.as_str()).as_os_str();
        exact.then_some(location)
    }
}

/// The time in whole seconds, within what an HTTP date can say: 1970 to 9999.
fn http_date(time: SystemTime) -> HttpDate {
    let last = SystemTime::UNIX_EPOCH + Duration::from_secs(253_402_300_799);
    HttpDate::from(time.clamp(SystemTime::UNIX_EPOCH, last))
}

/// Passes a regular file whose canonical path is the very one that was asked for.
///
/// So nothing is reached through a symbolic link, in the folder or out of it, and no name passes for another on a file
/// system that folds case or composes characters. Pipes and devices, which would block, are never opened. Whoever may
/// write to the folder could still swap a file between this check and the opening.
pub(crate) fn check_file(path: &Path) -> Result<(), Missing> {
    let canonical = path.canonicalize().map_err(|error| match error.kind() {
        std::io::ErrorKind::PermissionDenied => Missing::Unreadable,
        _ => Missing::Absent,
    })?;
    if canonical.as_os_str() == path.as_os_str() && path.is_file() { Ok(()) } else { Err(Missing::Absent) }
}
