//! A connection on which nothing moves is given up.
//!
//! Hyper's own timeout is for the heads of HTTP/1.1 requests. This one is for everything else: an HTTP/2 client that
//! says nothing after the handshake, or nothing any more, and one that does not take the answer it asked for.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep},
};

/// A stream that fails when it was waited for and nothing came or went, for the limit at least and twice that at most.
pub(super) struct Stalling<I> {
    inner: I,
    limit: Duration,
    end: Pin<Box<Sleep>>,
    /// Whether anything moved since the end was set. The end itself is moved on only when it is reached: setting a timer
    /// anew with every packet costs more than all else that is done here.
    moved: bool,
}

impl<I> Stalling<I> {
    pub(super) fn new(inner: I, limit: Duration) -> Self {
        Self { inner, limit, end: Box::pin(tokio::time::sleep(limit)), moved: false }
    }

    /// What the stream says, or that it has said nothing for too long.
    fn or_end<T>(&mut self, said: Poll<io::Result<T>>, context: &mut Context<'_>) -> Poll<io::Result<T>> {
        if said.is_ready() {
            self.moved = true;
            return said;
        }
        ready!(self.end.as_mut().poll(context));
        while std::mem::take(&mut self.moved) {
            // A limit that no clock can hold is none: the end stays as far away as it was.
            if let Some(end) = Instant::now().checked_add(self.limit) {
                self.end.as_mut().reset(end);
            }
            ready!(self.end.as_mut().poll(context));
        }
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "nothing moved on the connection")))
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Stalling<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let said = Pin::new(&mut self.inner).poll_read(context, buffer);
        self.or_end(said, context)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Stalling<I> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let said = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.or_end(said, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let said = Pin::new(&mut self.inner).poll_write_vectored(context, slices);
        self.or_end(said, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    /// An empty buffer is no progress, so this never moves the end.
    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match Pin::new(&mut self.inner).poll_flush(context) {
            Poll::Ready(flushed) => Poll::Ready(flushed),
            Poll::Pending => self.or_end(Poll::Pending, context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let said = Pin::new(&mut self.inner).poll_shutdown(context);
        self.or_end(said, context)
    }
}
