//! The audit trail: a record of every link that was issued or refused, one JSON object a line.
//!
//! A bounded queue leads to one thread that writes. Where the trail is `required`, a request waits until its record is
//! written, and gets no link when it is not; many requests that wait share one write. Otherwise nobody waits, and records
//! that found no place are counted, in a metric and in the trail itself.

mod trail;
mod writer;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use presign_core::Clock;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::{mpsc, oneshot};

use self::{
    trail::Trail,
    writer::{Message, Writer},
};
use crate::{config::AuditConfig, metrics::Metrics, record::Record};

/// Records that wait to be written.
const QUEUE: usize = 8192;

/// Writes records.
#[derive(Debug)]
pub struct Audit {
    config: AuditConfig,
    queue: mpsc::Sender<Message>,
    lost: Lost,
}

/// A record was not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the audit record was not written")]
pub struct NotWritten;

/// Records that were not written: since the trail last said so, and in all.
#[derive(Debug, Clone)]
struct Lost {
    unsaid: Arc<AtomicU64>,
    all: prometheus::IntCounter,
}

impl Lost {
    fn add(&self, count: u64) {
        self.unsaid.fetch_add(count, Ordering::Relaxed);
        self.all.inc_by(count);
    }
}

/// A line of the trail.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum Line<'r> {
    /// A link that was issued or refused.
    Link(Box<Record<'r>>),
    /// Records are missing here.
    Gap(Gap),
}

/// Records are missing here: the disk was full, or did not keep up.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Gap {
    /// When it was noticed (RFC 3339, UTC).
    pub time: String,
    /// How many.
    pub dropped: u64,
}

impl Audit {
    /// Opens the trail.
    ///
    /// # Errors
    /// When its file cannot be opened, or no thread can be started.
    pub fn open(config: &AuditConfig, metrics: &Metrics, clock: Arc<dyn Clock>) -> io::Result<Arc<Self>> {
        let (queue, messages) = mpsc::channel(QUEUE);
        let lost = Lost { unsaid: Arc::new(AtomicU64::new(0)), all: metrics.audit_dropped.clone() };
        let writer = Writer { trail: Trail::open(config)?, messages, lost: lost.clone(), clock };
        std::thread::Builder::new().name("audit".to_owned()).spawn(move || writer.run())?;
        Ok(Arc::new(Self { config: config.clone(), queue, lost }))
    }

    /// What it was opened with.
    #[must_use]
    pub const fn config(&self) -> &AuditConfig {
        &self.config
    }

    /// Writes a record, or sees to it that it will be.
    ///
    /// # Errors
    /// When the trail is `required`, and the record was not written.
    pub async fn record(&self, record: &Record<'_>) -> Result<(), NotWritten> {
        let mut line = serde_json::to_vec(record).map_err(|_| self.lose())?;
        line.push(b'\n');
        if !self.config.required {
            self.queue_up(line);
            return Ok(());
        }
        let (written, answer) = oneshot::channel();
        self.queue.send(Message::Line { line, written: Some(written) }).await.map_err(|_| self.lose())?;
        match answer.await {
            Ok(true) => Ok(()),
            // The writer has counted it.
            _ => Err(NotWritten),
        }
    }

    /// Writes a record that nobody waits for, whatever is required: nothing was granted.
    pub(crate) fn note(&self, record: &Record<'_>) {
        match serde_json::to_vec(record) {
            Ok(mut line) => {
                line.push(b'\n');
                self.queue_up(line);
            }
            Err(_) => {
                self.lose();
            }
        }
    }

    /// Hands a line to the writer, or counts it as lost.
    fn queue_up(&self, line: Vec<u8>) {
        if self.queue.try_send(Message::Line { line, written: None }).is_err() {
            self.lose();
        }
    }

    fn lose(&self) -> NotWritten {
        self.lost.add(1);
        NotWritten
    }

    /// Opens the file anew, after what is in the queue was written to the old one: for whoever renames it.
    pub async fn reopen(&self) {
        // The writer lives as long as the queue.
        let _ = self.queue.send(Message::Reopen).await;
    }

    /// Waits until all that is in the queue was written.
    pub async fn flush(&self) {
        let (done, all_written) = oneshot::channel();
        if self.queue.send(Message::Flush(done)).await.is_ok() {
            let _ = all_written.await;
        }
    }
}

/// The JSON schema (draft 2020-12) of a line of the trail.
#[must_use]
pub fn schema() -> serde_json::Value {
    let generator = schemars::SchemaGenerator::new(schemars::generate::SchemaSettings::draft2020_12());
    let mut root = generator.into_root_schema_for::<Line<'static>>().to_value();
    if let Some(fields) = root.as_object_mut() {
        fields.insert("title".to_owned(), serde_json::json!("Presign gateway audit record"));
    }
    root
}
