//! The bytes of one file, as they arrive.

use std::{
    pin::Pin,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use tokio::sync::{Mutex, OwnedMutexGuard};

use super::UploadError;

/// Bytes in pieces.
pub(crate) type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, UploadError>> + Send>>;

/// A file whose length is known and whose bytes are still to come. It is read once, from its start to its end, by one
/// reader at a time.
#[derive(Clone)]
pub(crate) struct Source {
    length: u64,
    shared: Arc<Mutex<Reader>>,
    progress: Arc<AtomicU64>,
    failure: Arc<OnceLock<UploadError>>,
}

struct Reader {
    pieces: Pieces,
    /// What has come and was not taken yet.
    rest: Bytes,
    /// How much is still to come, with what is in `rest`.
    left: u64,
    progress: Arc<AtomicU64>,
    failure: Arc<OnceLock<UploadError>>,
}

impl Source {
    pub(crate) fn new(pieces: Pieces, length: u64) -> Self {
        let (progress, failure) = (Arc::default(), Arc::default());
        let reader = Reader {
            pieces,
            rest: Bytes::new(),
            left: length,
            progress: Arc::clone(&progress),
            failure: Arc::clone(&failure),
        };
        Self { length, shared: Arc::new(Mutex::new(reader)), progress, failure }
    }

    /// How long the file is, in bytes.
    pub(crate) const fn length(&self) -> u64 {
        self.length
    }

    /// A number that is another one whenever bytes have come since.
    pub(crate) fn progress(&self) -> u64 {
        self.progress.load(Ordering::Relaxed)
    }

    /// Why it broke, when it did.
    pub(crate) fn failure(&self) -> Option<UploadError> {
        self.failure.get().cloned()
    }

    /// Waits for the end of a file that has no bytes.
    ///
    /// # Errors
    /// When there are some.
    pub(crate) async fn expect_end(&self) -> Result<(), UploadError> {
        self.shared.lock().await.expect_end().await
    }

    /// The next bytes, exactly so many, as a stream that a request can have for its body.
    ///
    /// The last bytes of the file are not handed out before its end is seen: what turns out too long or broken is never
    /// sent whole, so that no store takes it for an object.
    pub(crate) async fn portion(&self, bytes: u64) -> Pieces {
        let reader = Arc::clone(&self.shared).lock_owned().await;
        Box::pin(stream::try_unfold((reader, bytes), next_piece))
    }
}

type Portion = (OwnedMutexGuard<Reader>, u64);

async fn next_piece((mut reader, left): Portion) -> Result<Option<(Bytes, Portion)>, UploadError> {
    if left == 0 {
        return Ok(None);
    }
    let piece = reader.next(left).await?;
    let left = left.saturating_sub(piece.len() as u64);
    Ok(Some((piece, (reader, left))))
}

impl Reader {
    /// Some bytes, at most so many, at least one.
    async fn next(&mut self, most: u64) -> Result<Bytes, UploadError> {
        while self.rest.is_empty() {
            self.rest = match self.pieces.next().await {
                Some(Ok(piece)) => piece,
                Some(Err(error)) => return Err(self.fail(error)),
                None => return Err(self.fail(UploadError::WrongLength)),
            };
            self.progress.fetch_add(1, Ordering::Relaxed);
        }
        let taken = usize::try_from(most).unwrap_or(usize::MAX).min(self.rest.len());
        let piece = self.rest.split_to(taken);
        self.left = match self.left.checked_sub(taken as u64) {
            Some(left) => left,
            None => return Err(self.fail(UploadError::WrongLength)),
        };
        if self.left == 0 {
            self.expect_end().await?;
        }
        Ok(piece)
    }

    async fn expect_end(&mut self) -> Result<(), UploadError> {
        if !self.rest.is_empty() {
            return Err(self.fail(UploadError::WrongLength));
        }
        while let Some(piece) = self.pieces.next().await {
            match piece {
                Ok(piece) if piece.is_empty() => {}
                Ok(_) => return Err(self.fail(UploadError::WrongLength)),
                Err(error) => return Err(self.fail(error)),
            }
        }
        Ok(())
    }

    fn fail(&self, error: UploadError) -> UploadError {
        self.failure.get_or_init(|| error).clone()
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("length", &self.length).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use futures::TryStreamExt;

    use super::*;

    fn source(pieces: &[&'static str], length: u64) -> Source {
        let pieces: Vec<_> = pieces.iter().map(|piece| Ok(Bytes::from_static(piece.as_bytes()))).collect();
        Source::new(Box::pin(stream::iter(pieces)), length)
    }

    async fn read(source: &Source, bytes: u64) -> Result<Vec<u8>, UploadError> {
        source
            .portion(bytes)
            .await
            .try_fold(Vec::new(), |all, piece| async move { Ok([all, piece.to_vec()].concat()) })
            .await
    }

    #[tokio::test]
    async fn portions_are_exact_wherever_the_pieces_end() {
        let source = source(&["ab", "", "cdefg", "h"], 8);
        assert_eq!(read(&source, 3).await.unwrap(), b"abc");
        assert_eq!(read(&source, 4).await.unwrap(), b"defg");
        assert_eq!(read(&source, 1).await.unwrap(), b"h");
        assert_eq!(source.failure(), None);
    }

    #[tokio::test]
    async fn what_is_too_long_or_too_short_never_ends() {
        for (pieces, length) in [(&["abc", "d"][..], 3), (&["abcd"], 3), (&["ab"], 3), (&[], 1)] {
            let source = source(pieces, length);
            assert_eq!(read(&source, length).await, Err(UploadError::WrongLength), "{pieces:?}");
            assert_eq!(source.failure(), Some(UploadError::WrongLength));
        }
    }

    #[tokio::test]
    async fn a_file_without_bytes_has_an_end_all_the_same() {
        assert_eq!(source(&[""], 0).expect_end().await, Ok(()));
        assert_eq!(source(&["x"], 0).expect_end().await, Err(UploadError::WrongLength));
    }
}
