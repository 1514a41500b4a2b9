//! When a credential is fetched again: pure.

use std::time::Duration;

use presign_core::Timestamp;

/// Nobody is asked more often, however short a credential lives.
const LEAST: Duration = Duration::from_secs(5);
/// A new credential is not worth fetching for a longer link before this much of the old one's life is gone.
const WORTH_IT: Duration = Duration::from_mins(1);

/// When to fetch the next credential: once about half of what is left of this one's life is gone, so that links have
/// room, and a token service that is down has half a life to come back. `jitter` (0 to 1) spreads replicas.
pub(crate) fn refresh_at(
    now: Timestamp,
    expires_at: Option<Timestamp>,
    refresh_after: Option<Duration>,
    jitter: f64,
) -> Option<Timestamp> {
    let spread = 1.0 - 0.2 * jitter.clamp(0.0, 1.0);
    let half = expires_at.map(|end| (now.until(end) / 2).mul_f64(spread));
    let wait = half.into_iter().chain(refresh_after).min()?;
    Some(now.plus(wait.max(LEAST)))
}

/// Whether a new credential would give a link noticeably more life than the one at hand, which was fetched at
/// `fetched_at`: not, when that one is nearly as good as new.
pub(crate) fn is_worth_it(fetched_at: Timestamp, expires_at: Option<Timestamp>, now: Timestamp) -> bool {
    let Some(end) = expires_at else { return false };
    let life = fetched_at.until(end);
    fetched_at.until(now) >= WORTH_IT.max(life / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(seconds)
    }

    #[test]
    fn half_of_the_life_is_kept_in_reserve() {
        assert_eq!(refresh_at(at(0), Some(at(3600)), None, 0.0), Some(at(1800)));
        assert_eq!(refresh_at(at(0), Some(at(3600)), None, 1.0), Some(at(1440)));
        assert_eq!(refresh_at(at(0), Some(at(2)), None, 0.5), Some(at(5)));
        assert_eq!(refresh_at(at(0), Some(at(3600)), Some(Duration::from_mins(1)), 0.0), Some(at(60)));
        assert_eq!(refresh_at(at(0), None, None, 0.0), None);
    }

    #[test]
    fn a_credential_as_good_as_new_is_not_fetched_again() {
        assert!(!is_worth_it(at(0), Some(at(3600)), at(300)));
        assert!(is_worth_it(at(0), Some(at(3600)), at(360)));
        assert!(!is_worth_it(at(0), Some(at(300)), at(59)));
        assert!(!is_worth_it(at(0), None, at(1_000_000)));
    }
}
