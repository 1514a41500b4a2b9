//! Bodies of requests, as they arrive.

use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use bytes::{Buf, Bytes};
use futures::{Stream, StreamExt};
use http::StatusCode;
use presign_core::ReceivedBody;

use super::{code::Code, problem::Problem};
use crate::upload::UploadError;

/// How much of a body is read that nobody wants: a client that is still sending when the connection closes may never
/// see the answer.
const LONGEST_REST: u64 = 1024 * 1024;

/// How long it is waited for.
const REST_PATIENCE: Duration = Duration::from_secs(2);

type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, UploadError>> + Send>>;

/// A body that can be read to its end by somebody else than who began.
#[derive(Clone)]
pub(super) struct Body(Arc<Mutex<Pieces>>);

impl Body {
    pub(super) fn new<B: Buf + 'static>(body: impl Stream<Item = Result<B, warp::Error>> + Send + 'static) -> Self {
        let pieces = body.map(|piece| match piece {
            Ok(mut piece) => Ok(piece.copy_to_bytes(piece.remaining())),
            Err(_) => Err(UploadError::Cut),
        });
        Self(Arc::new(Mutex::new(Box::pin(pieces))))
    }

    /// Reads what is left of a body of this length, if that is little.
    pub(super) async fn discard(mut self, length: u64) {
        if length > LONGEST_REST {
            return;
        }
        let reading = async { while let Some(Ok(_)) = self.next().await {} };
        // Who is slow may lose the answer.
        let _ = tokio::time::timeout(REST_PATIENCE, reading).await;
    }
}

impl Stream for Body {
    type Item = Result<Bytes, UploadError>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).poll_next_unpin(context)
    }
}

/// The body of a link that leads back to the gateway, cut where it is longer than a file may be.
pub(super) fn received<B: Buf + 'static>(
    body: impl Stream<Item = Result<B, warp::Error>> + Send + 'static,
    limit: u64,
) -> ReceivedBody {
    let mut left = limit;
    Box::pin(Body::new(body).map(move |piece| {
        let piece = piece?;
        left = left.checked_sub(piece.len() as u64).ok_or(UploadError::TooLarge(limit))?;
        Ok(piece)
    }))
}

/// A whole body of at most so many bytes.
pub(super) async fn collect<B: Buf>(
    body: impl Stream<Item = Result<B, warp::Error>>,
    longest: u64,
) -> Result<Vec<u8>, Problem> {
    let mut body = std::pin::pin!(body);
    let mut whole = Vec::new();
    while let Some(piece) = body.next().await {
        let broken = |_| Problem::new(StatusCode::BAD_REQUEST, Code::InvalidRequest, "the body broke off");
        let mut piece = piece.map_err(broken)?;
        if (whole.len() + piece.remaining()) as u64 > longest {
            let detail = format!("the body is longer than {longest} bytes");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, Code::InvalidRequest, detail));
        }
        while piece.has_remaining() {
            let read = piece.chunk().len();
            whole.extend_from_slice(piece.chunk());
            piece.advance(read);
        }
    }
    Ok(whole)
}
