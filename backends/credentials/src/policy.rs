//! How patient a cache is.

use std::time::Duration;

/// How patient a cache is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// How long a caller waits for a credential to be fetched.
    pub wait: Duration,
    /// How long one fetch may take.
    pub fetch_timeout: Duration,
    /// How long nobody asks again after a failure; twice as long after each further one.
    pub pause: Duration,
    /// The longest such pause while there is no credential at all.
    pub longest_pause_without: Duration,
    /// The longest such pause while the old credential is still good.
    pub longest_pause_with: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            wait: Duration::from_secs(5),
            fetch_timeout: Duration::from_secs(30),
            pause: Duration::from_secs(1),
            longest_pause_without: Duration::from_secs(5),
            longest_pause_with: Duration::from_secs(30),
        }
    }
}

impl Policy {
    /// The pause after so many failures in a row, and after what the service itself asked for.
    pub(crate) fn pause_after(&self, failures: u32, asked: Option<Duration>, holds_one: bool) -> Duration {
        let longest = if holds_one { self.longest_pause_with } else { self.longest_pause_without };
        let doubled = self.pause.saturating_mul(1 << failures.saturating_sub(1).min(16));
        doubled.max(asked.unwrap_or_default()).min(longest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_limit_that_is_shorter_when_nobody_can_sign() {
        let policy = Policy::default();
        let seconds = |failures, asked, holds| policy.pause_after(failures, asked, holds).as_secs();
        assert_eq!([1, 2, 3, 4, 9, 99].map(|n| seconds(n, None, true)), [1, 2, 4, 8, 30, 30]);
        assert_eq!([1, 2, 3, 4, 9, 99].map(|n| seconds(n, None, false)), [1, 2, 4, 5, 5, 5]);
        assert_eq!(seconds(1, Some(Duration::from_secs(20)), true), 20);
        assert_eq!(seconds(1, Some(Duration::from_hours(1)), false), 5);
    }
}
