//! Why something was not written.

use presign_core::SignError;

use crate::refusal::Refusal;

/// Why an upload ended without an object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UploadError {
    /// The form is not one file in one part, or is malformed.
    #[error("{0}")]
    Form(&'static str),
    /// The request does not say how long it is.
    #[error("an upload has to say its length: send Content-Length")]
    NoLength,
    /// The file is longer than the configuration allows.
    #[error("the file is longer than {0} bytes, the most that server.limits.upload_bytes allows")]
    TooLarge(u64),
    /// The file is longer or shorter than the request's length says.
    #[error("the file does not have the length that the request declares")]
    WrongLength,
    /// The caller stopped sending.
    #[error("the upload broke off")]
    Cut,
    /// Neither caller nor store moved a byte for too long.
    #[error("nothing moved for too long, at the caller or at the store")]
    Stalled,
    /// The backend takes objects whole only.
    #[error("the backend has no uploads in parts: ask for a link with the method PUT")]
    NoParts,
    /// The store does not have the parts that the caller lists, or not so.
    #[error(
        "the store cannot put these parts together: list every part with the tag that the store gave, none too small"
    )]
    Parts,
    /// There is no consent, or no signature.
    #[error("the upload was refused")]
    Refused(Refusal),
}

impl From<Refusal> for UploadError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<SignError> for UploadError {
    fn from(error: SignError) -> Self {
        Self::Refused(error.into())
    }
}
