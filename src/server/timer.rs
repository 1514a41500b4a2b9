//! The timer of one connection.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use hyper::rt::{Sleep, Timer};
use tokio::time::Instant;

/// Hyper's timer, for one connection. Hyper sets a new time-out for the head of every request, and drops it when the
/// head is there; each would be entered with the runtime and taken out again. Here all share one entry, which is moved
/// on only when it is reached.
#[derive(Clone)]
pub(super) struct SharedTimer(Arc<Mutex<Pin<Box<tokio::time::Sleep>>>>);

struct Turn {
    timer: SharedTimer,
    end: Instant,
}

impl SharedTimer {
    /// A timer whose time-outs are mostly of this length.
    pub(super) fn new(usual: Duration) -> Self {
        Self(Arc::new(Mutex::new(Box::pin(tokio::time::sleep(usual)))))
    }
}

impl Timer for SharedTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: std::time::Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Turn { timer: self.clone(), end: deadline.into() })
    }

    fn now(&self) -> std::time::Instant {
        Instant::now().into_std()
    }
}

impl Future for Turn {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut shared = self.timer.0.lock().unwrap_or_else(PoisonError::into_inner);
        if self.end < shared.deadline() {
            shared.as_mut().reset(self.end);
        }
        ready!(shared.as_mut().poll(context));
        if shared.deadline() < self.end {
            // That was the end of a time-out that is over.
            shared.as_mut().reset(self.end);
            ready!(shared.as_mut().poll(context));
        }
        Poll::Ready(())
    }
}

impl Sleep for Turn {}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn each_time_out_ends_when_it_should_whatever_came_before() {
        let timer = SharedTimer::new(Duration::from_hours(1));
        let (started, after) = (Instant::now(), |milliseconds| timer.sleep(Duration::from_millis(milliseconds)));
        let mut long = after(3_600_000);
        let checks = async {
            after(3).await;
            assert!(started.elapsed() >= Duration::from_millis(3));
            assert!(futures::poll!(&mut long).is_pending());
            drop(after(1));
            after(2).await;
            after(20).await;
            assert!(started.elapsed() >= Duration::from_millis(25));
            assert!(futures::poll!(&mut long).is_pending());
        };
        tokio::time::timeout(Duration::from_mins(1), checks).await.unwrap();
    }
}
