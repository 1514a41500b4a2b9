//! How much is tried again: pure.

use std::time::Duration;

/// Attempts at most, the first included.
pub(crate) const ATTEMPTS: u32 = 3;
/// A retry for so many calls: a service that is overloaded is not asked three times as much.
const CALLS_FOR_A_RETRY: u32 = 5;
/// What may be saved up, and what there is at first.
const MOST: u32 = 20 * CALLS_FOR_A_RETRY;
const FIRST_WAIT: Duration = Duration::from_millis(100);

/// A budget of retries, in fifths.
#[derive(Debug)]
pub(crate) struct Retries(u32);

impl Default for Retries {
    fn default() -> Self {
        Self(MOST / 2)
    }
}

impl Retries {
    /// A call was made: a part of a retry is earned.
    pub(crate) fn called(&mut self) {
        self.0 = (self.0 + 1).min(MOST);
    }

    /// Takes a retry, if there is one.
    pub(crate) fn take(&mut self) -> bool {
        let left = self.0.checked_sub(CALLS_FOR_A_RETRY);
        self.0 = left.unwrap_or(self.0);
        left.is_some()
    }
}

/// How long to wait after so many attempts; `None` when it is not worth it: no more attempts, or the service asks for
/// more patience than a caller has. `jitter` is from 0 to 1.
pub(crate) fn wait(attempts: u32, asked: Option<Duration>, jitter: f64) -> Option<Duration> {
    let patience = Duration::from_secs(1);
    let doubled = FIRST_WAIT.saturating_mul(1 << attempts.saturating_sub(1).min(8));
    let wait = doubled.mul_f64(0.5 + jitter.clamp(0.0, 1.0)).max(asked.unwrap_or_default());
    (attempts < ATTEMPTS && wait <= patience).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_call_in_five_earns_a_retry() {
        let mut retries = Retries::default();
        let at_first = (0..1000).filter(|_| retries.take()).count();
        assert_eq!(at_first, 10);
        (0..50).for_each(|_| retries.called());
        assert_eq!((0..1000).filter(|_| retries.take()).count(), 10);
        (0..100_000).for_each(|_| retries.called());
        assert_eq!((0..1000).filter(|_| retries.take()).count(), 20);
    }

    #[test]
    fn waits_grow_and_end() {
        let millis = |attempts, asked| wait(attempts, asked, 0.5).map(|wait| wait.as_millis());
        assert_eq!([1, 2, 3].map(|attempts| millis(attempts, None)), [Some(100), Some(200), None]);
        assert_eq!(millis(1, Some(Duration::from_secs(1))), Some(1000));
        assert_eq!(millis(1, Some(Duration::from_secs(2))), None);
    }
}
