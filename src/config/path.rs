//! Where in a configuration something stands.

use std::fmt;

use super::conceal;

/// A place in a configuration, displayed as `rules[3].match.glob`; the empty one is the configuration as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Path(Vec<Segment>);

/// One step down.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Segment {
    /// Into a field.
    Key(String),
    /// Into an entry of a list, counted from 0.
    Index(usize),
}

impl Path {
    /// The configuration as a whole.
    #[must_use]
    pub const fn root() -> Self {
        Self(Vec::new())
    }

    /// The field of this name below here.
    #[must_use]
    pub fn key(&self, name: impl Into<String>) -> Self {
        self.with(Segment::Key(name.into()))
    }

    /// The entry with this number below here, counted from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        self.with(Segment::Index(index))
    }

    /// What a dotted path names below here: `match.glob[1]`. A name that holds `.` or `[` cannot be said this way.
    #[must_use]
    pub fn below(&self, dotted: &str) -> Self {
        let mut path = self.clone();
        for part in dotted.split(['.', '[']).filter(|part| !part.is_empty()) {
            let index = part.strip_suffix(']').and_then(|digits| digits.parse().ok());
            path.0.push(index.map_or_else(|| Segment::Key(part.to_owned()), Segment::Index));
        }
        path
    }

    /// One step up; `None` at the root.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        let (_, above) = self.0.split_last()?;
        Some(Self(above.to_vec()))
    }

    /// Whether `other` is this place or one above it.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    pub(crate) fn with(&self, segment: Segment) -> Self {
        let mut path = self.clone();
        path.0.push(segment);
        path
    }

    pub(crate) fn join(&self, below: &Self) -> Self {
        Self(self.0.iter().chain(&below.0).cloned().collect())
    }

    pub(crate) fn segments(&self) -> &[Segment] {
        &self.0
    }

    pub(crate) fn last(&self) -> Option<&Segment> {
        self.0.last()
    }
}

impl From<&serde_path_to_error::Path> for Path {
    fn from(path: &serde_path_to_error::Path) -> Self {
        let segment = |segment: &serde_path_to_error::Segment| match segment {
            serde_path_to_error::Segment::Seq { index } => Some(Segment::Index(*index)),
            serde_path_to_error::Segment::Map { key } => Some(Segment::Key(key.clone())),
            serde_path_to_error::Segment::Enum { .. } | serde_path_to_error::Segment::Unknown => None,
        };
        Self(path.iter().map_while(segment).collect())
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, segment) in self.0.iter().enumerate() {
            match segment {
                Segment::Index(index) => write!(f, "[{index}]")?,
                Segment::Key(name) => {
                    let dot = if position == 0 { "" } else { "." };
                    write!(f, "{dot}{}", conceal::shown_name(name))?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dotted_path_reads_back_as_it_is_displayed() {
        for text in ["", "server", "rules[3].match.glob[0]", "backends.on-prem.credentials.secret_key"] {
            assert_eq!(Path::root().below(text).to_string(), text);
        }
        let rule = Path::root().key("rules").index(3);
        assert_eq!(rule.below("match.glob"), Path::root().below("rules[3].match.glob"));
    }

    #[test]
    fn a_name_that_may_hold_a_value_is_cut_where_it_stops_being_a_name() {
        assert_eq!(Path::root().key("secret_key:hunter2").to_string(), "secret_key…");
    }
}
