//! The bytes of one object, on their way.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use futures::Stream;
use hyper::body::Body as _;
use presign_core::Clock;
use tokio::time::{Instant, Sleep};

use super::{image::SIGNATURE_BYTES, slots::Slot};
use crate::{
    bulk::Carrying,
    metrics::{StreamMetrics, StreamOutcome},
    refusal::Refusal,
};

/// An object's bytes. What is not polled is not read.
#[derive(Debug)]
pub(crate) struct Body {
    /// What was looked at, and not handed on yet.
    start: Bytes,
    store: reqwest::Body,
    idle: Duration,
    /// When the store is given up; set anew whenever it is waited for.
    end: Pin<Box<Sleep>>,
    is_waiting: bool,
    account: Account,
    /// Held as long as the object is on a connection.
    _carrying: Option<Carrying>,
}

/// Why a body ended before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Broken {
    #[error("the store stopped sending")]
    Store,
    #[error("the store sent nothing for too long (server.limits.stream_idle_timeout)")]
    Stalled,
}

impl Body {
    /// `length` is how many bytes there will be, if that is known.
    pub(super) fn new(store: reqwest::Body, length: Option<u64>, idle: Duration, mut account: Account) -> Self {
        account.left = length;
        let end = Box::pin(tokio::time::sleep(idle));
        Self { start: Bytes::new(), store, idle, end, is_waiting: false, account, _carrying: None }
    }

    /// The same, on its way over a connection.
    pub(crate) fn carried(self, carrying: Carrying) -> Self {
        Self { _carrying: Some(carrying), ..self }
    }

    /// The first bytes, as many as tell an image's type. They are still handed on.
    pub(crate) async fn peek(&mut self) -> Result<&[u8], Broken> {
        let mut start = BytesMut::new();
        while start.len() < SIGNATURE_BYTES {
            match futures::future::poll_fn(|context| self.poll_store(context)).await {
                Some(piece) => start.extend_from_slice(&piece?),
                None => break,
            }
        }
        self.start = start.freeze();
        Ok(&self.start)
    }

    /// Gives up the object: the caller gets it otherwise.
    pub(crate) fn decline(mut self) {
        self.account.outcome = StreamOutcome::Declined;
    }

    fn poll_store(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Broken>>> {
        loop {
            let frame = match Pin::new(&mut self.store).poll_frame(context) {
                Poll::Ready(frame) => frame,
                Poll::Pending => {
                    ready!(self.poll_idle(context));
                    return Poll::Ready(Some(Err(Broken::Stalled)));
                }
            };
            self.is_waiting = false;
            match frame.map(|frame| frame.map(hyper::body::Frame::into_data)) {
                None => return Poll::Ready(None),
                Some(Ok(Ok(piece))) => return Poll::Ready(Some(Ok(piece))),
                // Trailers say nothing of the object.
                Some(Ok(Err(_))) => {}
                Some(Err(error)) => {
                    tracing::warn!(error = %error.without_url(), "a store broke off while an object was passed on");
                    return Poll::Ready(Some(Err(Broken::Store)));
                }
            }
        }
    }

    /// Counts from when the store was first waited for: a client that takes its time is not the store's fault.
    fn poll_idle(&mut self, context: &mut Context<'_>) -> Poll<()> {
        if !self.is_waiting {
            self.is_waiting = true;
            if let Some(end) = Instant::now().checked_add(self.idle) {
                self.end.as_mut().reset(end);
            }
        }
        self.end.as_mut().poll(context)
    }
}

impl Stream for Body {
    type Item = Result<Bytes, Broken>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if !self.start.is_empty() {
            let start = std::mem::take(&mut self.start);
            self.account.handed_on(start.len());
            return Poll::Ready(Some(Ok(start)));
        }
        let piece = ready!(self.poll_store(context));
        match &piece {
            Some(Ok(piece)) => self.account.handed_on(piece.len()),
            Some(Err(broken)) => self.account.outcome = broken.outcome(),
            None => self.account.outcome = StreamOutcome::Complete,
        }
        Poll::Ready(piece)
    }
}

impl Broken {
    const fn outcome(self) -> StreamOutcome {
        match self {
            Self::Store => StreamOutcome::StoreFailed,
            Self::Stalled => StreamOutcome::StoreStalled,
        }
    }
}

/// What is counted of one object: written down when it is dropped.
#[derive(Debug)]
pub(super) struct Account {
    metrics: StreamMetrics,
    clock: Arc<dyn Clock>,
    started: Duration,
    /// Bytes still to come, if that is known. Whoever sends them to the client does not ask for more once it has all.
    left: Option<u64>,
    outcome: StreamOutcome,
    /// Held as long as the object is on its way.
    _slot: Slot,
}

impl Account {
    pub(super) fn open(metrics: StreamMetrics, clock: Arc<dyn Clock>, slot: Slot) -> Self {
        let started = clock.monotonic();
        Self { metrics, clock, started, left: None, outcome: StreamOutcome::ClientGone, _slot: slot }
    }

    /// Ends the account of an object that the store did not give.
    pub(super) fn refused(mut self, refusal: Refusal) -> Refusal {
        self.outcome = match refusal {
            Refusal::NotFound => StreamOutcome::NotFound,
            _ => StreamOutcome::StoreFailed,
        };
        refusal
    }

    fn handed_on(&mut self, bytes: usize) {
        let bytes = bytes as u64;
        self.metrics.bytes(bytes);
        self.left = self.left.map(|left| left.saturating_sub(bytes));
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let all_sent = self.outcome == StreamOutcome::ClientGone && self.left == Some(0);
        let outcome = if all_sent { StreamOutcome::Complete } else { self.outcome };
        self.metrics.ended(outcome, self.clock.monotonic().saturating_sub(self.started));
    }
}
