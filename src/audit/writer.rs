//! The thread that writes.

use std::sync::{Arc, atomic::Ordering};

use presign_core::Clock;
use tokio::sync::{mpsc, oneshot};

use super::{Gap, Lost, trail::Trail};

/// Lines that are written at once at most.
const MOST_AT_ONCE: u64 = 512;

/// What the thread is asked for.
#[derive(Debug)]
pub(super) enum Message {
    /// To write a line, and to say whether it did.
    Line { line: Vec<u8>, written: Option<oneshot::Sender<bool>> },
    /// To open the file anew.
    Reopen,
    /// To say when all before was written.
    Flush(oneshot::Sender<()>),
}

#[derive(Debug)]
pub(super) struct Writer {
    pub(super) trail: Trail,
    pub(super) messages: mpsc::Receiver<Message>,
    pub(super) lost: Lost,
    pub(super) clock: Arc<dyn Clock>,
}

/// Lines that are written at once, and who waits for them.
#[derive(Debug, Default)]
struct Group {
    lines: Vec<u8>,
    count: u64,
    waiting: Vec<oneshot::Sender<bool>>,
}

impl Writer {
    /// Writes until nobody can ask any more, and all was written.
    pub(super) fn run(mut self) {
        let mut failing = false;
        while let Some(message) = self.messages.blocking_recv() {
            let mut group = Group::default();
            let mut next = Some(message);
            let mut other = None;
            while let Some(message) = next.take() {
                match message {
                    Message::Line { line, written } => {
                        group.lines.extend_from_slice(&line);
                        group.count += 1;
                        group.waiting.extend(written);
                    }
                    message => other = Some(message),
                }
                if other.is_none() && group.count < MOST_AT_ONCE {
                    next = self.messages.try_recv().ok();
                }
            }
            failing = self.write(group, failing);
            match other {
                Some(Message::Reopen) => self.trail.close(),
                // Who asked may have gone.
                Some(Message::Flush(done)) => {
                    let _ = done.send(());
                }
                Some(Message::Line { .. }) | None => {}
            }
        }
    }

    /// Writes a group; whether that failed. The log tells of the first failure of several, and of the end.
    fn write(&mut self, group: Group, was_failing: bool) -> bool {
        let unsaid = self.lost.unsaid.swap(0, Ordering::Relaxed);
        let mut lines = self.gap(unsaid);
        lines.extend_from_slice(&group.lines);
        if lines.is_empty() {
            return was_failing;
        }
        let result = self.trail.write(&lines);
        match &result {
            Ok(()) if was_failing => tracing::warn!(dropped = unsaid, "audit records are written again"),
            Err(error) if !was_failing => {
                tracing::error!(%error, "audit records cannot be written: see presign_audit_dropped_total");
            }
            _ => {}
        }
        if result.is_err() {
            // They are said of together with those of this group.
            self.lost.unsaid.fetch_add(unsaid, Ordering::Relaxed);
            self.lost.add(group.count);
        }
        for waiting in group.waiting {
            // Who asked may have gone.
            let _ = waiting.send(result.is_ok());
        }
        result.is_err()
    }

    fn gap(&self, dropped: u64) -> Vec<u8> {
        if dropped == 0 {
            return Vec::new();
        }
        let mut line = serde_json::to_vec(&Gap { time: self.clock.now().to_string(), dropped }).unwrap_or_default();
        line.push(b'\n');
        line
    }
}
