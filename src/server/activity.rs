//! Whether a connection still does what it is there for.
//!
//! An HTTP/2 connection can move bytes for ever without a request: pings and window updates are enough, also while it
//! holds an answer that it gives no window to. What counts here are requests and pieces of answers. How long a request may
//! take is for whoever answers it to say.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use http_body_util::BodyExt;
use hyper::{Request, Response, body::Body, body::Incoming, service::Service};
use tokio::time::{Instant, sleep_until};

/// What a connection is doing.
#[derive(Clone)]
pub(super) struct Activity(Arc<Mutex<State>>);

struct State {
    /// How many requests wait for their answers to start.
    waiting: usize,
    /// When there last was one, or a piece of an answer.
    last: Instant,
}

/// A request that waits for its answer.
struct Waiting(Activity);

impl Activity {
    pub(super) fn start() -> Self {
        Self(Arc::new(Mutex::new(State { waiting: 0, last: Instant::now() })))
    }

    /// Completes when there was nothing for this long, or somewhat longer.
    pub(super) async fn none_for(&self, limit: Duration) {
        // A limit that no clock can hold is none.
        while let Some(end) = self.last().checked_add(limit) {
            if end <= Instant::now() {
                return;
            }
            sleep_until(end).await;
        }
        std::future::pending::<()>().await;
    }

    /// The service, whose requests and answers count.
    pub(super) fn of<S, B>(
        &self,
        service: S,
    ) -> impl Service<
        Request<Incoming>,
        Response = Response<impl Body<Data = B::Data, Error = B::Error> + Send + 'static>,
        Error = Infallible,
        Future: Send + 'static,
    > + Send
    + 'static
    where
        S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible, Future: Send + 'static>
            + Send
            + 'static,
        B: Body<Data: Send> + Send + 'static,
    {
        let activity = self.clone();
        hyper::service::service_fn(move |request| {
            let activity = activity.clone();
            let waiting = activity.wait();
            let answering = service.call(request);
            async move {
                let response = answering.await?;
                drop(waiting);
                Ok(response.map(|body| {
                    body.map_frame(move |frame| {
                        activity.note();
                        frame
                    })
                }))
            }
        })
    }

    fn wait(&self) -> Waiting {
        self.state().waiting += 1;
        Waiting(self.clone())
    }

    fn note(&self) {
        self.state().last = Instant::now();
    }

    fn last(&self) -> Instant {
        let state = self.state();
        if state.waiting > 0 { Instant::now() } else { state.last }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.note();
        self.0.state().waiting -= 1;
    }
}
