//! Where each value of a configuration came from.

use std::collections::HashMap;

use super::{path::Path, problem::Origin};

/// The origin of each place of a configuration.
#[derive(Debug, Clone, Default)]
pub(super) struct Origins(HashMap<Path, Origin>);

impl Origins {
    /// Notes where a place came from.
    pub(super) fn insert(&mut self, path: Path, origin: Origin) {
        self.0.insert(path, origin);
    }

    /// A place and all below it come from somewhere else now.
    pub(super) fn replace(&mut self, path: Path, origin: Origin) {
        self.0.retain(|other, _| !other.is_within(&path));
        self.0.insert(path, origin);
    }

    /// Where a place came from; if it is not there itself, where the nearest one above it came from.
    pub(super) fn find(&self, path: &Path) -> Option<&Origin> {
        let mut place = Some(path.clone());
        while let Some(path) = place {
            if let Some(origin) = self.0.get(&path) {
                return Some(origin);
            }
            place = path.parent();
        }
        None
    }
}
