//! Where objects' bytes are moved: by threads of their own.
//!
//! A redirect takes a few microseconds, if a thread takes it up at once. A thread that copies bytes between sockets always
//! has more to copy, and a runtime's tasks wait for each other: beside 200 streams, a redirect would wait for all of them.
//! So a connection that carries an object's bytes is driven by other threads as long as it does, and these give way.

use std::{
    future::{Future, poll_fn},
    io,
    num::NonZero,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    thread,
};

use tokio::{
    runtime::{self, Handle, Runtime},
    task::JoinSet,
};

/// What the system shows them as.
const NAME: &str = "bulk";

/// By how much they give way: a thread that answers a request and finds no core free takes one of theirs.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;

/// The threads, until they are dropped.
#[derive(Debug)]
pub struct BulkThreads(Option<Runtime>);

impl BulkThreads {
    /// Starts them: as many as half of the cores, so that some are left for requests however much there is to move.
    ///
    /// # Errors
    /// When the system has no threads to give.
    pub fn start() -> io::Result<Self> {
        let cores = thread::available_parallelism().map_or(1, NonZero::get);
        let mut builder = runtime::Builder::new_multi_thread();
        builder.worker_threads((cores / 2).max(1)).enable_all().thread_name(NAME).on_thread_start(give_way);
        Ok(Self(Some(builder.build()?)))
    }

    /// What work is handed to them by.
    #[must_use]
    pub fn bulk(&self) -> Bulk {
        Bulk(self.0.as_ref().map(|runtime| runtime.handle().clone()))
    }
}

impl Drop for BulkThreads {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// On Linux, nice is a thread's own.
#[cfg(target_os = "linux")]
fn give_way() {
    // Whether the system allows it or not, the bytes are moved.
    let _ = rustix::process::nice(NICE);
}

#[cfg(not(target_os = "linux"))]
const fn give_way() {}

/// Hands work to the threads for bytes; without such threads, the caller does it.
#[derive(Debug, Clone, Default)]
pub struct Bulk(Option<Handle>);

impl Bulk {
    /// Has work done. It is dropped unfinished when this is; `None` when the threads end before it.
    pub(crate) async fn run<W>(&self, work: W) -> Option<W::Output>
    where
        W: Future<Output: Send> + Send + 'static,
    {
        let Some(threads) = &self.0 else { return Some(work.await) };
        let mut only = JoinSet::new();
        only.spawn_on(work, threads);
        only.join_next().await?.ok()
    }

    /// Drives a connection to its end: here, or by the threads for bytes as long as it carries some. `None` when those
    /// threads end before it.
    pub(crate) async fn drive<C>(&self, connection: C, load: &Load) -> Option<C::Output>
    where
        C: Future<Output: Send> + Send + 'static,
    {
        if self.0.is_none() {
            return Some(connection.await);
        }
        let mut connection = Box::pin(connection);
        loop {
            connection = match until(connection, load, true).await {
                Ok(ended) => return Some(ended),
                Err(loaded) => loaded,
            };
            let carried = load.clone();
            connection = match self.run(async move { until(connection, &carried, false).await }).await? {
                Ok(ended) => return Some(ended),
                Err(unloaded) => unloaded,
            };
        }
    }
}

/// Drives a connection until it ends (`Ok`), or until it carries bytes, or none.
async fn until<C: Future>(mut connection: Pin<Box<C>>, load: &Load, bytes: bool) -> Result<C::Output, Pin<Box<C>>> {
    let ended = poll_fn(|context| match connection.as_mut().poll(context) {
        Poll::Ready(ended) => Poll::Ready(Some(ended)),
        Poll::Pending if load.is_there() == bytes => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    });
    ended.await.ok_or(connection)
}

/// How many objects a connection carries just now; in every request's extensions.
#[derive(Debug, Clone, Default)]
pub struct Load(Arc<AtomicUsize>);

/// An object's bytes are under way, until this is dropped.
#[derive(Debug)]
pub(crate) struct Carrying(Load);

impl Load {
    /// From here on the connection carries one more object.
    pub(crate) fn carry(&self) -> Carrying {
        self.0.fetch_add(1, Ordering::Relaxed);
        Carrying(self.clone())
    }

    fn is_there(&self) -> bool {
        self.0.load(Ordering::Relaxed) > 0
    }
}

impl Drop for Carrying {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    fn is_elsewhere() -> bool {
        thread::current().name() == Some(NAME)
    }

    #[tokio::test]
    async fn a_connection_is_elsewhere_as_long_as_it_carries_bytes() {
        let (threads, load) = (BulkThreads::start().unwrap(), Load::default());
        let carried = load.clone();
        let connection = async move {
            let at_first = is_elsewhere();
            let carrying = [carried.carry(), carried.carry()];
            tokio::task::yield_now().await;
            let with_bytes = is_elsewhere();
            drop(carrying);
            tokio::task::yield_now().await;
            [at_first, with_bytes, is_elsewhere()]
        };
        assert_eq!(threads.bulk().drive(connection, &load).await, Some([false, true, false]));
    }

    #[tokio::test]
    async fn without_threads_of_its_own_it_stays() {
        let load = Load::default();
        let carrying = load.carry();
        let connection = async {
            tokio::task::yield_now().await;
            is_elsewhere()
        };
        assert_eq!(Bulk::default().drive(connection, &load).await, Some(false));
        drop(carrying);
    }

    #[tokio::test]
    async fn what_is_given_up_ends_elsewhere_too() {
        let threads = BulkThreads::start().unwrap();
        let (begin, begun) = oneshot::channel();
        let (held, ended) = oneshot::channel::<()>();
        let work = async move {
            begin.send(is_elsewhere()).unwrap();
            std::future::pending::<()>().await;
            drop(held);
        };
        let bulk = threads.bulk();
        tokio::select! {
            _ = bulk.run(work) => panic!("it has no end"),
            begun = begun => assert_eq!(begun, Ok(true)),
        }
        assert!(ended.await.is_err());
    }

    #[tokio::test]
    async fn work_whose_threads_have_ended_is_not_done() {
        let bulk = BulkThreads::start().unwrap().bulk();
        assert_eq!(bulk.run(async { 1 }).await, None);
    }
}
