//! Watching files: for what replaces them, writes into them, or swaps a link on the way to them, as Kubernetes does with
//! the `..data` of a mounted volume.
//!
//! Folders are watched, not files, since a file that is replaced is another file. An event only says that it is time to
//! look: what the files hold decides. So events too many do no harm, and events too few (a network file system, no
//! inotify handle left) are made up for by looking now and then.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use tokio::{sync::mpsc, time};

/// How often to look without an event.
const NOW_AND_THEN: Duration = Duration::from_secs(30);
/// Changes come in groups (certificate and key, a folder of secrets): they are over when it was quiet for so long.
const QUIET: Duration = Duration::from_millis(150);
/// Where it is never quiet, this is long enough.
const LONG_ENOUGH: Duration = Duration::from_secs(2);
/// Links that lead to links; the kernel follows no more.
const MOST_LINKS: usize = 40;

/// Watches folders.
#[derive(Debug)]
pub(super) struct Watch {
    watcher: Option<RecommendedWatcher>,
    folders: BTreeSet<PathBuf>,
    wake: mpsc::Sender<()>,
    woken: mpsc::Receiver<()>,
}

impl Watch {
    pub(super) fn start() -> Self {
        let (wake, woken) = mpsc::channel(1);
        let waking = wake.clone();
        let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
            // Reading is no change, and this program reads. A full channel wakes as well as one more event would.
            if event.map_or(true, |event| !event.kind.is_access()) {
                let _ = waking.try_send(());
            }
        });
        let watcher = watcher.inspect_err(|error| unwatched(None, error)).ok();
        Self { watcher, folders: BTreeSet::new(), wake, woken }
    }

    /// Watches for changes of these files from here on, and of no others.
    pub(super) fn follow<'a>(&mut self, files: impl Iterator<Item = &'a Path>) {
        let Some(watcher) = &mut self.watcher else { return };
        let folders: BTreeSet<PathBuf> = files.flat_map(folders).collect();
        for gone in self.folders.difference(&folders) {
            // A folder that was deleted is not watched any more.
            let _ = watcher.unwatch(gone);
        }
        let before = std::mem::take(&mut self.folders);
        for folder in folders {
            if before.contains(&folder) {
                self.folders.insert(folder);
                continue;
            }
            match watcher.watch(&folder, RecursiveMode::NonRecursive) {
                Ok(()) => {
                    self.folders.insert(folder);
                    // What happened before it was watched is worth a look.
                    let _ = self.wake.try_send(());
                }
                Err(error) => unwatched(Some(&folder), &error),
            }
        }
    }

    /// Waits until something may have changed.
    pub(super) async fn changed(&mut self) {
        if time::timeout(NOW_AND_THEN, self.woken.recv()).await.is_err() {
            return;
        }
        let quiet = async { while time::timeout(QUIET, self.woken.recv()).await.is_ok() {} };
        let _ = time::timeout(LONG_ENOUGH, quiet).await;
    }
}

fn unwatched(folder: Option<&Path>, error: &notify::Error) {
    let folder = folder.map(|folder| folder.display().to_string());
    tracing::warn!(folder, %error, "changes of files are noticed after up to {NOW_AND_THEN:?} only; SIGHUP reloads at once");
}

/// The folders, without links in their names, in which something changes when the file changes: its own, and those of all
/// links on the way.
fn folders(file: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut way = std::path::absolute(file).into_iter().collect::<Vec<_>>();
    for _ in 0..MOST_LINKS {
        let Some(path) = way.pop() else { break };
        found.extend(path.parent().and_then(|folder| fs::canonicalize(folder).ok()));
        for link in path.ancestors() {
            let (Ok(target), Some(folder)) = (fs::read_link(link), link.parent()) else { continue };
            found.extend(fs::canonicalize(folder));
            way.push(folder.join(target).join(path.strip_prefix(link).unwrap_or(Path::new(""))));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    #[test]
    fn the_folders_of_a_mounted_config_map_are_that_of_the_links_and_that_of_the_files() {
        let mount = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(mount.path()).unwrap();
        fs::create_dir(root.join("..2026_1")).unwrap();
        fs::write(root.join("..2026_1/gateway.yaml"), "").unwrap();
        symlink("..2026_1", root.join("..data")).unwrap();
        symlink("..data/gateway.yaml", root.join("gateway.yaml")).unwrap();
        let expected = BTreeSet::from([root.clone(), root.join("..2026_1")]);
        assert_eq!(folders(&root.join("gateway.yaml")), expected);
    }

    #[test]
    fn a_link_above_the_file_counts_and_links_in_a_circle_end() {
        let place = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(place.path()).unwrap();
        fs::create_dir_all(root.join("releases/1")).unwrap();
        symlink("releases/1", root.join("current")).unwrap();
        symlink("circle", root.join("circle")).unwrap();
        let expected = BTreeSet::from([root.clone(), root.join("releases/1")]);
        assert_eq!(folders(&root.join("current/gateway.yaml")), expected);
        assert_eq!(folders(&root.join("circle")), BTreeSet::from([root]));
    }
}
