//! How many objects are on their way at once.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use prometheus::IntGauge;

/// The places there are.
#[derive(Debug, Clone)]
pub(super) struct Slots {
    taken: Arc<AtomicUsize>,
    shown: IntGauge,
}

/// A place that is taken, until it is dropped.
#[derive(Debug)]
pub(super) struct Slot(Slots);

impl Slots {
    pub(super) fn new(shown: IntGauge) -> Self {
        Self { taken: Arc::default(), shown }
    }

    /// A place, if fewer than `most` are taken.
    pub(super) fn take(&self, most: usize) -> Option<Slot> {
        let more = |taken| (taken < most).then_some(taken + 1);
        self.taken.fetch_update(Ordering::AcqRel, Ordering::Acquire, more).ok()?;
        self.shown.inc();
        Some(Slot(self.clone()))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.taken.fetch_sub(1, Ordering::AcqRel);
        self.0.shown.dec();
    }
}
