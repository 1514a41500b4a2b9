//! Request ids: short, unique within a process, and different between processes.

use std::sync::atomic::{AtomicU64, Ordering};

/// Makes request ids.
#[derive(Debug)]
pub(super) struct RequestIds {
    process: u32,
    next: AtomicU64,
}

impl RequestIds {
    pub(super) fn new() -> Self {
        let mut random = [0; 4];
        // Without randomness ids are unique in this process only, which is no reason not to serve.
        let _ = aws_lc_rs::rand::fill(&mut random);
        Self { process: u32::from_be_bytes(random), next: AtomicU64::new(0) }
    }

    pub(super) fn next(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        format!("{:08x}{number:08x}", self.process)
    }
}
