//! The end: SIGTERM and SIGINT.

use std::{future::Future, io, time::Duration};

use tokio::{
    signal::unix::{self, SignalKind, signal},
    sync::watch,
    time,
};

/// Tells everybody who waits that the process is to stop.
#[derive(Debug)]
pub(crate) struct Signal(watch::Receiver<bool>);

impl Signal {
    /// Listens from here on, so that no signal is missed. At SIGTERM `drain` is called, and the end comes after the
    /// delay, or with the next signal; at SIGINT, which people send, it comes at once.
    pub(crate) fn listen(delay: Duration, drain: impl FnOnce() + Send + 'static) -> io::Result<Self> {
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            let terminated = first(&mut terminate, &mut interrupt).await;
            drain();
            if terminated && !delay.is_zero() {
                tracing::info!(?delay, "SIGTERM: load balancers are told to turn elsewhere");
                // Out of time or out of patience: the same.
                let _ = time::timeout(delay, first(&mut terminate, &mut interrupt)).await;
            }
            tracing::info!("no new requests, those under way may end");
            // Nobody waits any more: the servers have ended by themselves.
            let _ = sender.send(true);
        });
        Ok(Self(receiver))
    }

    /// Completes when the process is to stop.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut receiver = self.0.clone();
        async move {
            let _ = receiver.wait_for(|stop| *stop).await;
        }
    }
}

/// Waits for a signal: whether it was SIGTERM.
async fn first(terminate: &mut unix::Signal, interrupt: &mut unix::Signal) -> bool {
    tokio::select! {
        _ = terminate.recv() => true,
        _ = interrupt.recv() => false,
    }
}
