//! Request ids: short, unique within a process, and, by a random start, different between processes.

use std::sync::atomic::{AtomicU64, Ordering};

/// Makes request ids.
#[derive(Debug)]
pub(super) struct RequestIds {
    next: AtomicU64,
}

impl RequestIds {
    pub(super) fn new() -> Self {
        let mut random = [0; 8];
        // Without randomness ids are unique in this process only, which is no reason not to serve.
        let _ = aws_lc_rs::rand::fill(&mut random);
        Self { next: AtomicU64::new(u64::from_be_bytes(random)) }
    }

    pub(super) fn next(&self) -> String {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        // Digit by digit: this is on the path of every request, and `format!` takes several times as long.
        let digits = number.to_be_bytes().into_iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
    }
}
