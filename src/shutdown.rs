//! The end: SIGTERM and SIGINT.

use std::{future::Future, io};

use tokio::{
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// Tells everybody who waits that the process was asked to stop.
#[derive(Debug)]
pub(crate) struct Signal(watch::Receiver<bool>);

impl Signal {
    /// Listens from here on, so that no signal is missed.
    pub(crate) fn listen() -> io::Result<Self> {
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let (sender, receiver) = watch::channel(false);
        tokio::spawn(async move {
            tokio::select! {
                _ = terminate.recv() => tracing::info!("SIGTERM: no new requests, those under way may end"),
                _ = interrupt.recv() => tracing::info!("SIGINT: no new requests, those under way may end"),
            }
            // Nobody waits any more: the servers have ended by themselves.
            let _ = sender.send(true);
        });
        Ok(Self(receiver))
    }

    /// Completes when the process was asked to stop.
    pub(crate) fn stopped(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut receiver = self.0.clone();
        async move {
            let _ = receiver.wait_for(|stop| *stop).await;
        }
    }
}
