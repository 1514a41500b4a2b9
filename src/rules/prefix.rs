//! What a key starts with, to the end of a segment.

use presign_core::{InvalidKey, ObjectKey};

use super::portable::literal;

/// A key's first segments: `data` is `data` and `data/x`, never `data-private/x`; `data/` is `data/x`, and not `data`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct KeyPrefix {
    /// Without the `/` at its end.
    segments: String,
    /// Whether a `/` has to follow.
    folder: bool,
}

impl KeyPrefix {
    /// Reads a prefix.
    pub(super) fn parse(text: &str) -> Result<Self, InvalidKey> {
        ObjectKey::parse(text)?;
        let (segments, folder) = text.strip_suffix('/').map_or((text, false), |segments| (segments, true));
        Ok(Self { segments: segments.to_owned(), folder })
    }

    /// What follows the prefix in a key, with the `/` it starts with; `None` when the key does not start so.
    pub(super) fn rest<'k>(&self, key: &'k str) -> Option<&'k str> {
        let rest = key.strip_prefix(self.segments.as_str())?;
        (rest.starts_with('/') || (rest.is_empty() && !self.folder)).then_some(rest)
    }

    /// A regular expression for the keys that start so.
    pub(super) fn regex(&self) -> String {
        let segments = regex::escape(&self.segments);
        if self.folder { format!("{segments}/(?s-u:.*)") } else { format!("{segments}(?:/(?s-u:.*))?") }
    }

    /// The start of such keys, for an expression that is searched for and understood everywhere.
    pub(super) fn portable_regex(&self) -> String {
        let segments = literal(&self.segments);
        if self.folder { format!("{segments}/") } else { format!("{segments}(?:/|$)") }
    }

    /// Every prefix whose keys include all of this one's: itself, and what stands before each of its `/`.
    pub(super) fn enclosing(&self) -> Vec<Self> {
        let ancestors = self.segments.match_indices('/').filter_map(|(end, _)| self.segments.get(..end));
        let both = |segments: &str| [false, true].map(|folder| Self { segments: segments.to_owned(), folder });
        let mut found: Vec<Self> = ancestors.flat_map(both).collect();
        found.push(Self { folder: false, ..self.clone() });
        found.push(self.clone());
        found
    }

    /// What a key has to be, for a reader.
    pub(super) fn describe(&self) -> String {
        let segments = &self.segments;
        if self.folder { format!("below '{segments}/'") } else { format!("'{segments}' or below '{segments}/'") }
    }
}
