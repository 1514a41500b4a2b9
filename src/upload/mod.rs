//! Writing through the gateway: what a caller sends goes on to the store while it arrives.
//!
//! A [`Form`] is what a ClearML SDK sends: one file, whose length follows from that of the request. Its `Source` is
//! cut into the bodies of signed requests, none of which is ever held as a whole: a small file is one `PUT`, a large one
//! an upload in parts. When anything breaks off, so does the request to the store, which then keeps nothing; parts that
//! it has already are thrown away.

mod delete;
mod error;
mod exchange;
mod form;
mod parts;
mod source;
mod transfer;

pub use error::UploadError;
pub(crate) use form::Form;
pub(crate) use parts::Parts;
pub(crate) use transfer::{Pace, Upload, Uploader};
