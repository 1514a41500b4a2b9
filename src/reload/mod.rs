//! Live changes: another configuration in place of the one in effect, without a restart.
//!
//! SIGHUP, or a change of a file that the configuration was read from, leads to one attempt. It reads and builds all
//! anew, away from the threads that answer requests; only when nothing is wrong is it put into effect, as a whole, in
//! one pointer. Otherwise everything stays as it is, and the log, the metrics and `/version` say why.

mod attempt;
mod restart;
mod watch;

use std::{future::Future, io, path::PathBuf, sync::Arc};

use presign_core::Environment;
use tokio::{
    runtime::Handle,
    signal::unix::{Signal, SignalKind, signal},
    task,
};

use self::{attempt::Attempt, watch::Watch};
use crate::{config::ServerConfig, gateway::Gateway, recording::Reads, server::CurrentOptions, snapshot::Surroundings};

/// Where a configuration's text is.
#[derive(Debug, Clone)]
pub enum TextSource {
    /// In a file.
    File(PathBuf),
    /// In the program, under the name that messages give it.
    Fixed(&'static str, &'static str),
}

impl TextSource {
    /// The text.
    ///
    /// # Errors
    /// As the file system says.
    pub fn read(&self, environment: &dyn Environment) -> io::Result<String> {
        match self {
            Self::File(path) => environment.read(path),
            Self::Fixed(_, text) => Ok((*text).to_owned()),
        }
    }

    /// The name in messages.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Fixed(name, _) => (*name).to_owned(),
        }
    }
}

/// The listeners, as far as a reload changes them.
#[derive(Debug, Clone)]
pub struct Listeners {
    /// What was configured when they were opened.
    pub at_start: ServerConfig,
    /// Where clients are served, with the port that was taken.
    pub public_address: std::net::SocketAddr,
    /// How clients are served.
    pub public: CurrentOptions,
    /// How operators are served.
    pub admin: CurrentOptions,
}

/// Puts other configurations into effect.
#[derive(Debug)]
pub struct Reloader {
    text: TextSource,
    surroundings: Surroundings,
    gateway: Arc<Gateway>,
    client: reqwest::Client,
    listeners: Listeners,
    /// What the last attempt has read.
    reads: Reads,
}

impl Reloader {
    /// For a gateway that runs. `reads` is what its configuration was built from.
    #[must_use]
    pub fn new(
        text: TextSource,
        surroundings: Surroundings,
        gateway: Arc<Gateway>,
        client: reqwest::Client,
        listeners: Listeners,
        reads: Reads,
    ) -> Self {
        Self { text, surroundings, gateway, client, listeners, reads }
    }

    /// Listens for SIGHUP, which ends a process that does not.
    ///
    /// # Errors
    /// As the system says.
    pub fn hangup() -> io::Result<Signal> {
        signal(SignalKind::hangup())
    }

    /// Reloads on SIGHUP and when a file has changed, until `stop` completes.
    pub async fn run(mut self, mut hangup: Signal, stop: impl Future<Output = ()>) {
        let mut watch = Watch::start();
        let mut stop = std::pin::pin!(stop);
        loop {
            watch.follow(self.reads.paths());
            let asked = tokio::select! {
                () = &mut stop => return,
                _ = hangup.recv() => true,
                () = watch.changed() => false,
            };
            if asked {
                tracing::info!("SIGHUP: the configuration is read again, and the audit trail opened anew");
                if let Some(audit) = &self.gateway.live().audit {
                    audit.reopen().await;
                }
            } else if self.reads.are_current(self.surroundings.environment.as_ref()) {
                continue;
            } else {
                tracing::info!("a file of the configuration has changed: it is read again");
            }
            self.reload().await;
        }
    }

    /// Makes one attempt, and says in log, metrics and `/version` how it ended. Whether it was put into effect.
    pub async fn reload(&mut self) -> bool {
        let attempt = Attempt {
            text: self.text.clone(),
            surroundings: self.surroundings.clone(),
            gateway: Arc::clone(&self.gateway),
            client: self.client.clone(),
            listeners: self.listeners.clone(),
        };
        // Rules take their time to be compiled: not on a thread that answers requests.
        let handle = Handle::current();
        let attempted = task::spawn_blocking(move || handle.block_on(attempt.make())).await;
        match attempted {
            Ok((reads, Ok(generation))) => {
                self.reads = reads;
                tracing::info!(generation, "another configuration is in effect");
                true
            }
            Ok((reads, Err(problems))) => {
                self.reads = reads;
                self.refuse(problems)
            }
            Err(error) => self.refuse(vec![format!("the attempt broke off: {error}")]),
        }
    }

    fn refuse(&self, problems: Vec<String>) -> bool {
        for problem in &problems {
            tracing::error!(%problem, "the new configuration is refused, and the one in effect stays");
        }
        self.gateway.keep(problems);
        false
    }
}
