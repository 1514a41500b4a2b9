//! What the store shall say when it answers.

/// Response headers that the signature asks the store to send instead of the object's own.
///
/// They are part of the signature on every backend: `response-content-disposition` and its like in S3 and GCS,
/// `rscd`, `rsct` and `rscc` in Azure. The values are ASCII without control characters; see [`crate::disposition`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ResponseOverrides {
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
}

impl ResponseOverrides {
    /// Nothing is overridden.
    pub const NONE: &'static Self = &Self { content_disposition: None, content_type: None, cache_control: None };

    /// Whether nothing is overridden.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self == Self::NONE
    }
}
