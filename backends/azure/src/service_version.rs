//! The storage service version that a signature names (`sv`).

use crate::delegation::Layout;

/// A service version from the first on whose service SAS has the layout that [`crate::sas`] writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ServiceVersion {
    text: String,
    layout: Layout,
}

/// The first version with today's layout: it is known to Azure, to Azure Stack Hub and to any Azurite in use.
const FIRST: &str = "2020-12-06";

impl ServiceVersion {
    /// Checks a version.
    ///
    /// # Errors
    /// When it is no date, or is older than the layout.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let is_date = text.len() == FIRST.len()
            && text.bytes().zip(FIRST.bytes()).all(|(byte, model)| match model {
                b'-' => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if is_date && text >= FIRST {
            Ok(Self::new(text))
        } else {
            Err(format!(
                "'{text}' is not a storage service version from {FIRST} on: leave it out, or write it as {FIRST}"
            ))
        }
    }

    /// The version, as it stands in the URL.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The layout of what a user delegation key signs.
    pub(crate) const fn layout(&self) -> Layout {
        self.layout
    }

    fn new(text: &str) -> Self {
        Self { text: text.to_owned(), layout: Layout::of(text) }
    }
}

impl Default for ServiceVersion {
    fn default() -> Self {
        Self::new(FIRST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_from_today_s_layout_on_are_taken() {
        for text in ["2020-12-06", "2021-12-02", "2026-04-06"] {
            assert_eq!(ServiceVersion::parse(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn an_older_version_or_no_version_is_refused() {
        for text in ["2020-10-02", "2015-04-05", "", "latest", "2020-12-6", "2021-12-02&sp=racwd", "2021/12/02"] {
            assert!(ServiceVersion::parse(text).is_err(), "{text}");
        }
    }
}
