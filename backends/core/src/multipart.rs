//! Uploads in parts, for objects that are too large for one request.

use async_trait::async_trait;

use crate::{SignError, SignRequest, SignedUrl};

/// Signs the requests of an upload in parts, for a store that has such uploads.
///
/// S3, MinIO and Google know an upload by an id that they give it
/// ([S3](https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html),
/// [Google](https://cloud.google.com/storage/docs/xml-api/post-object-multipart)); Azure puts together blocks that were
/// sent before ([Put Block List](https://learn.microsoft.com/rest/api/storageservices/put-block-list)). Nothing of the
/// object is to be seen before [`Step::Complete`], and nothing is left of it after [`Step::Abort`].
///
/// # Contract
/// * That of [`crate::Signer`], for every step: key, host, secrecy, and the same URL for the same request.
/// * Another step, upload or part gives another URL.
/// * A step is good for what it says and nothing else, as far as the store's signature can say so (an Azure signature
///   for a block is good for writing the whole blob).
#[async_trait]
pub trait Multipart: Send + Sync {
    /// What the store accepts.
    fn limits(&self) -> PartLimits;

    /// Signs one step. `request` names the object, the time and the life, and is for [`crate::Operation::Put`]; its
    /// [`SignRequest::content_type`] is what the object shall have in the end, and has to be the same for all steps.
    /// `None` when the store needs no request for this step.
    ///
    /// # Errors
    /// As [`crate::Signer::sign`].
    async fn sign_step(&self, request: &SignRequest<'_>, step: Step<'_>) -> Result<Option<SignedStep>, SignError>;

    /// The upload's id in the store's answer to [`Step::Create`].
    fn upload_id(&self, answer: &str) -> Option<String>;

    /// Whether an answer to [`Step::Complete`] with a status of success says that the object is there: S3 sends the
    /// status before it knows.
    fn is_completed(&self, answer: &str) -> bool;
}

/// One step of an upload in parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step<'a> {
    /// Begins an upload. A store that needs no request for it takes any id of up to 32 letters and digits that no other
    /// upload of the object has.
    Create,
    /// Sends a part, by its number from 1 on.
    Part {
        /// The upload's id.
        upload_id: &'a str,
        /// The part's number.
        number: u32,
    },
    /// Makes the object of its parts.
    Complete {
        /// The upload's id.
        upload_id: &'a str,
        /// All parts, by ascending number.
        parts: &'a [FinishedPart],
    },
    /// Throws the parts away.
    Abort {
        /// The upload's id.
        upload_id: &'a str,
    },
}

/// A part that the store has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FinishedPart {
    /// Its number.
    pub number: u32,
    /// The `ETag` that the store answered with; empty for a store that gives none.
    pub etag: String,
}

/// A request that its signature allows, whole but for the bytes of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedStep {
    /// The HTTP method, in upper case.
    pub method: &'static str,
    /// The link, and the headers to send.
    pub url: SignedUrl,
    /// The body; empty for a part, whose body is its bytes.
    pub body: String,
}

/// What a store accepts as parts of one object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartLimits {
    /// The smallest part, in bytes; the last one may be smaller.
    pub min_bytes: u64,
    /// The largest part, in bytes.
    pub max_bytes: u64,
    /// The most parts.
    pub max_parts: u32,
}
