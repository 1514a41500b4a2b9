//! A request, as the gateway understands it.

use presign_core::{ExpiresIn, ObjectLocation, Operation};

use crate::delivery::Consumer;

/// What a caller wants a link for.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What the link shall allow.
    pub operation: Operation,
    /// The object.
    pub location: ObjectLocation,
    /// The wish to save it: under this name, or its own when that is empty.
    pub download: Option<String>,
    /// The wish for a file and not a view, where the backend can grant it: what `download` would say, but implied.
    pub prefers_file: bool,
    /// The wish for a type: of the answer, or of what is to be written.
    pub content_type: Option<String>,
    /// The number of bytes that are to be written.
    pub content_length: Option<u64>,
    /// The wish for a life.
    pub expires_in: Option<ExpiresIn>,
    /// Who will use the answer.
    pub consumer: Consumer,
}

impl Wanted {
    /// No wish but the object.
    #[must_use]
    pub fn new(operation: Operation, location: ObjectLocation) -> Self {
        Self {
            operation,
            location,
            download: None,
            prefers_file: false,
            content_type: None,
            content_length: None,
            expires_in: None,
            consumer: Consumer::default(),
        }
    }
}
