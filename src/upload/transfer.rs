//! From a source to an object: whole, or in parts.

use std::{future::Future, pin::pin, sync::Arc, time::Duration};

use presign_core::{Clock, FinishedPart, Multipart, Operation, Step};
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::timeout,
};
use tokio_util::task::TaskTracker;

use super::{
    UploadError,
    exchange::{Body, Exchange, Outgoing},
    parts::Parts,
    source::Source,
};
use crate::{admitted::Admitted, bulk::Bulk, refusal::Refusal};

/// How a file is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// How long neither caller nor store may move a byte.
    pub(crate) patience: Duration,
    /// A file up to this length is sent whole, and a longer one in parts of this length, or larger ones where the store
    /// does not take so many.
    pub(crate) part_bytes: u64,
}

/// What is to be written, and where.
#[derive(Debug, Clone)]
pub(crate) struct Upload {
    pub(crate) target: Admitted,
    pub(crate) content_type: Option<String>,
    pub(crate) file: Source,
}

/// Writes to stores, a limited number of files at a time.
#[derive(Debug)]
pub(crate) struct Uploader {
    pub(super) exchange: Exchange,
    pub(super) clock: Arc<dyn Clock>,
    turns: Semaphore,
    under_way: TaskTracker,
}

impl Uploader {
    /// Writes with this client, by these threads.
    pub(crate) fn new((client, bulk): (reqwest::Client, Bulk), clock: Arc<dyn Clock>, at_once: usize) -> Self {
        let turns = Semaphore::new(at_once.min(Semaphore::MAX_PERMITS));
        Self { exchange: Exchange::new(client, bulk), clock, turns, under_way: TaskTracker::new() }
    }

    /// Waits until one more file may be under way.
    ///
    /// # Errors
    /// When that takes too long.
    pub(crate) async fn turn(&self, patience: Duration) -> Result<SemaphorePermit<'_>, UploadError> {
        if let Ok(Ok(turn)) = timeout(patience, self.turns.acquire()).await {
            return Ok(turn);
        }
        let message = "as many uploads are under way as server.limits.uploads allows".to_owned();
        Err(Refusal::Unavailable { message, retry_after: None }.into())
    }

    /// Writes a file, in a task of its own: a caller who is gone takes its request along, but not what has to be cleaned up
    /// in the store.
    ///
    /// # Errors
    /// Why there is no new object.
    pub(crate) async fn store(self: &Arc<Self>, upload: Upload, pace: Pace) -> Result<(), UploadError> {
        let uploader = Arc::clone(self);
        let storing = self.under_way.spawn(async move {
            let stored = uploader.store_here(&upload, pace).await;
            upload.target.route.metrics.uploaded(stored.as_ref().map(|()| upload.file.length()).ok());
            stored
        });
        storing.await.map_err(|_| Refusal::Internal("an upload was interrupted".to_owned()))?
    }

    /// Waits until nothing is under way any more, also of those whose callers are gone. For when no more come.
    pub(crate) async fn ended(&self, limit: Duration) {
        self.under_way.close();
        if timeout(limit, self.under_way.wait()).await.is_err() {
            let left = self.under_way.len();
            tracing::warn!(left, "broken uploads were not cleaned up in time: parts may be left in the store");
        }
    }

    async fn store_here(&self, upload: &Upload, pace: Pace) -> Result<(), UploadError> {
        let length = upload.file.length();
        let written = match upload.target.signer.multipart() {
            Some(multipart) if length > pace.part_bytes => self.store_in_parts(upload, multipart, pace).await,
            _ => self.store_whole(upload, pace.patience).await,
        };
        // The request to the store failed because its body did: that is the cause to tell.
        written.map_err(|error| upload.file.failure().unwrap_or(error))
    }

    async fn store_whole(&self, upload: &Upload, patience: Duration) -> Result<(), UploadError> {
        let length = upload.file.length();
        if length == 0 {
            upload.file.expect_end().await?;
        }
        let now = self.clock.now();
        let request = upload.target.request(Operation::Put, now)?.with_content(upload.content_type.as_deref(), None);
        let url = crate::snapshot::sign(upload.target.signer.as_ref(), &request).await?;
        let body = Body::Pieces(upload.file.portion(length).await, length);
        let sending = self.exchange.send(&upload.target, Outgoing { method: "PUT", url, body }, now);
        unless_stalled(&upload.file, patience, sending).await?.carried_out("a PUT").map(drop)
    }

    async fn store_in_parts(&self, upload: &Upload, multipart: &dyn Multipart, pace: Pace) -> Result<(), UploadError> {
        let parts = Parts { uploader: self, target: &upload.target, multipart };
        let upload_id = parts.create(upload.content_type.as_deref(), pace.patience).await?;
        let written = match self.send_parts(upload, &parts, &upload_id, pace).await {
            Ok(finished) => parts.complete(upload.content_type.as_deref(), &upload_id, &finished).await,
            Err(error) => Err(error),
        };
        if written.is_err()
            && let Err(error) = parts.abort(&upload_id, pace.patience).await
        {
            tracing::warn!(%error, "the parts of a broken upload may be left in the store");
        }
        written
    }

    async fn send_parts(
        &self,
        upload: &Upload,
        parts: &Parts<'_>,
        upload_id: &str,
        pace: Pace,
    ) -> Result<Vec<FinishedPart>, UploadError> {
        let limits = parts.multipart.limits();
        let fewest = upload.file.length().div_ceil(u64::from(limits.max_parts.max(1)));
        let part_bytes = pace.part_bytes.max(fewest).clamp(limits.min_bytes, limits.max_bytes);
        let (mut finished, mut left, mut number) = (Vec::new(), upload.file.length(), 0);
        while left > 0 {
            number += 1;
            let bytes = left.min(part_bytes);
            left = left.saturating_sub(bytes);
            let body = Body::Pieces(upload.file.portion(bytes).await, bytes);
            let sending = parts.send(None, Step::Part { upload_id, number }, Some(body));
            let reply = unless_stalled(&upload.file, pace.patience, sending).await?.carried_out("a part")?;
            finished.push(FinishedPart { number, etag: reply.etag });
        }
        Ok(finished)
    }
}

/// Waits for something that a file's bytes go into, as long as there come any.
async fn unless_stalled<T>(
    file: &Source,
    patience: Duration,
    work: impl Future<Output = Result<T, UploadError>>,
) -> Result<T, UploadError> {
    let mut work = pin!(work);
    loop {
        let before = file.progress();
        match timeout(patience, &mut work).await {
            Ok(done) => return done,
            Err(_) if file.progress() != before => {}
            Err(_) => return Err(UploadError::Stalled),
        }
    }
}
