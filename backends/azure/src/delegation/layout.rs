//! How the lines of a user delegation SAS's string-to-sign changed over time.

/// Which lines the
/// [string-to-sign](https://learn.microsoft.com/rest/api/storageservices/create-user-delegation-sas#specify-the-signature)
/// of a user delegation SAS has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// From service version 2020-12-06 on.
    First,
    /// From 2025-07-05 on: with the tenant and the object id of a user for whom alone the SAS is good.
    WithDelegatedUser,
    /// From 2026-04-06 on: also with the headers and query parameters that a request must have.
    WithRequestFields,
}

impl Layout {
    /// The layout of a service version, which is a date.
    pub(crate) fn of(version: &str) -> Self {
        if version >= "2026-04-06" {
            Self::WithRequestFields
        } else if version >= "2025-07-05" {
            Self::WithDelegatedUser
        } else {
            Self::First
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_layout_begins_with_its_first_version() {
        for (version, layout) in [
            ("2020-12-06", Layout::First),
            ("2025-05-05", Layout::First),
            ("2025-07-05", Layout::WithDelegatedUser),
            ("2026-02-06", Layout::WithDelegatedUser),
            ("2026-04-06", Layout::WithRequestFields),
            ("2027-01-01", Layout::WithRequestFields),
        ] {
            assert_eq!(Layout::of(version), layout, "{version}");
        }
    }
}
