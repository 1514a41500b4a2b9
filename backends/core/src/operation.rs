//! What a signed URL lets its holder do.

use std::fmt;

/// One HTTP method on one object.
///
/// A pre-signed URL is good for exactly one of these: the method is part of an AWS or Google signature.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Deserialize, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "UPPERCASE")]
pub enum Operation {
    /// Read the object.
    Get,
    /// Read the object's headers.
    Head,
    /// Write the object.
    Put,
    /// Delete the object.
    Delete,
}

impl Operation {
    /// Every operation there is.
    pub const ALL: [Self; 4] = [Self::Get, Self::Head, Self::Put, Self::Delete];

    /// The HTTP method, in upper case.
    #[must_use]
    pub const fn method(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Put => "PUT",
            Self::Delete => "DELETE",
        }
    }

    /// The word for metrics and logs, in lower case.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Head => "head",
            Self::Put => "put",
            Self::Delete => "delete",
        }
    }

    /// Reads an HTTP method (upper case, as HTTP has it); `None` for any other method.
    #[must_use]
    pub fn from_method(method: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|operation| operation.method() == method)
    }

    /// Whether the operation leaves the object as it is.
    #[must_use]
    pub const fn is_read(self) -> bool {
        matches!(self, Self::Get | Self::Head)
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.method())
    }
}
