//! The form that a ClearML SDK uploads a file in: `multipart/form-data` with one part, whose name is the object's path
//! ([RFC 7578](https://www.rfc-editor.org/rfc/rfc7578)).

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use futures::{Stream, StreamExt, stream};
use http::header;
use memchr::memmem;
use multer::{Field, Multipart};

use super::{
    UploadError,
    source::{Pieces, Source},
};

/// The most that may stand before the file's first byte.
const LONGEST_HEAD: usize = 16 * 1024;

/// What every such form ends in, besides the boundary: `\r\n--`, and `--\r\n`.
const TAIL: u64 = 8;

/// A form whose head was read.
#[derive(Debug)]
pub(crate) struct Form {
    /// The part's name.
    pub(crate) name: String,
    /// The part's type.
    pub(crate) content_type: Option<String>,
    /// The file.
    pub(crate) file: Source,
}

impl Form {
    /// Reads a form up to the file's first byte. `content_type` and `length` are the request's.
    ///
    /// The file is as long as the request, without what stands before it and behind it.
    ///
    /// # Errors
    /// When it is no such form.
    pub(crate) async fn open(mut body: Pieces, content_type: &str, length: u64) -> Result<Self, UploadError> {
        let boundary = multer::parse_boundary(content_type)
            .map_err(|_| UploadError::Form("an upload is multipart/form-data with a boundary"))?;
        let (head, file_starts) = head(&mut body).await?;
        let around = (file_starts as u64).saturating_add(boundary.len() as u64 + TAIL);
        let length = length.checked_sub(around).ok_or(UploadError::WrongLength)?;
        let whole = OneByOne { inner: Box::pin(stream::iter([Ok(head)]).chain(body)), waits: false };
        let mut form = Multipart::new(whole, boundary);
        let field = form.next_field().await.map_err(failure)?.ok_or(UploadError::Form("the form has no file"))?;
        let name = field.name().filter(|name| !name.is_empty());
        let name = name.ok_or(UploadError::Form("the form's part has no name, which is the object's path"))?.to_owned();
        let content_type = field.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let content_type = content_type.map(ToOwned::to_owned);
        Ok(Self { name, content_type, file: Source::new(file(form, field), length) })
    }
}

/// The first bytes, up to the file's first one at least, and where that stands.
async fn head(body: &mut Pieces) -> Result<(Bytes, usize), UploadError> {
    const END: &[u8] = b"\r\n\r\n";
    let mut head = BytesMut::new();
    loop {
        if let Some(end) = memmem::find(&head, END) {
            return Ok((head.freeze(), end + END.len()));
        }
        if head.len() > LONGEST_HEAD {
            return Err(UploadError::Form("the head of the form's part is too long"));
        }
        head.extend_from_slice(&body.next().await.ok_or(UploadError::Cut)??);
    }
}

/// The bytes of the one part. They end only when the form does.
fn file(form: Multipart<'static>, field: Field<'static>) -> Pieces {
    Box::pin(stream::try_unfold((form, Some(field)), |(mut form, field)| async move {
        let Some(mut field) = field else { return Ok(None) };
        if let Some(piece) = field.chunk().await.map_err(failure)? {
            return Ok(Some((piece, (form, Some(field)))));
        }
        drop(field);
        match form.next_field().await.map_err(failure)? {
            None => Ok(None),
            Some(_) => Err(UploadError::Form("the form has more than one part: upload one file at a time")),
        }
    }))
}

fn failure(error: multer::Error) -> UploadError {
    match error {
        multer::Error::StreamReadFailed(cause) => match cause.downcast::<UploadError>() {
            Ok(known) => *known,
            Err(_) => UploadError::Cut,
        },
        multer::Error::IncompleteStream | multer::Error::IncompleteFieldData { .. } => UploadError::Cut,
        _ => UploadError::Form("the form is malformed"),
    }
}

/// Hands out one piece each time it is asked, and then says once that it has none: the form's parser takes all that it
/// can get, and would hold a whole file of a fast caller.
struct OneByOne {
    inner: Pieces,
    waits: bool,
}

impl Stream for OneByOne {
    type Item = Result<Bytes, UploadError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if std::mem::take(&mut self.waits) {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let piece = ready!(self.inner.poll_next_unpin(context));
        self.waits = true;
        Poll::Ready(piece)
    }
}
