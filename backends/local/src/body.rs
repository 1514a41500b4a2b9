//! A file's bytes as a stream.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
};

use bytes::Bytes;
use futures::stream;
use presign_core::{ContentBody, ContentError};

/// The most that one answer holds in memory.
const CHUNK: u64 = 128 * 1024;

/// No bytes.
pub(crate) fn empty() -> ContentBody {
    Box::pin(stream::empty())
}

/// These bytes.
pub(crate) fn text(text: String) -> ContentBody {
    Box::pin(stream::iter([Ok(Bytes::from(text))]))
}

/// A part of a file, read piece by piece as the client takes them, off the reactor's threads.
pub(crate) fn part(file: File, range: Range<u64>) -> ContentBody {
    Box::pin(stream::try_unfold((file, range), |(file, range)| async move {
        if range.is_empty() {
            return Ok(None);
        }
        let read = tokio::task::spawn_blocking(move || read_chunk(file, range)).await;
        read.map_err(ContentError::from)?.map(Some).map_err(ContentError::from)
    }))
}

type Rest = (File, Range<u64>);

fn read_chunk(mut file: File, range: Range<u64>) -> io::Result<(Bytes, Rest)> {
    let wanted = CHUNK.min(range.end.saturating_sub(range.start));
    let mut chunk = Vec::with_capacity(usize::try_from(wanted).unwrap_or_default());
    file.seek(SeekFrom::Start(range.start))?;
    file.by_ref().take(wanted).read_to_end(&mut chunk)?;
    if chunk.is_empty() {
        let message = "the file became shorter while it was sent";
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
    }
    let next = range.start.saturating_add(chunk.len() as u64);
    Ok((Bytes::from(chunk), (file, next..range.end)))
}
