//! When nobody is to be asked for a while: pure.

use std::time::Duration;

use presign_core::{SignError, Timestamp};

/// As many failed calls in a row open the circuit.
const ENOUGH: u32 = 5;
/// For how long at first; twice as long each further time.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
const LONGEST_PAUSE: Duration = Duration::from_mins(1);

/// A circuit breaker: after some failures in a row it refuses for a while; then one call may try, and decides.
#[derive(Debug, Default)]
pub(crate) struct Breaker {
    failures: u32,
    open: Option<Open>,
}

#[derive(Debug)]
struct Open {
    since: Timestamp,
    pause: Duration,
    why: SignError,
    /// Somebody is trying.
    tried: bool,
}

impl Open {
    /// How much longer nobody is asked. A clock that was set back ends it.
    fn left(&self, now: Timestamp) -> Duration {
        if now < self.since { Duration::ZERO } else { now.until(self.since.plus(self.pause)) }
    }
}

/// What a call's end changed.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Change {
    None,
    Opened(Duration),
    Closed,
}

impl Breaker {
    /// Asks to make a call.
    ///
    /// # Errors
    /// When none is to be made now: of the kind of the last failure.
    pub(crate) fn enter(&mut self, now: Timestamp) -> Result<(), SignError> {
        let Some(open) = &mut self.open else { return Ok(()) };
        if open.tried || !open.left(now).is_zero() {
            return Err(open.error(now));
        }
        open.tried = true;
        Ok(())
    }

    /// A call succeeded.
    pub(crate) fn succeeded(&mut self) -> Change {
        self.failures = 0;
        if self.open.take().is_some() { Change::Closed } else { Change::None }
    }

    /// A call failed.
    pub(crate) fn failed(&mut self, why: SignError, now: Timestamp) -> Change {
        self.failures = self.failures.saturating_add(1);
        let pause = match &self.open {
            // One that began before the circuit opened says nothing new.
            Some(open) if !open.tried => return Change::None,
            Some(open) => open.pause.saturating_mul(2).min(LONGEST_PAUSE),
            None if self.failures < ENOUGH => return Change::None,
            None => FIRST_PAUSE,
        };
        let asked = match &why {
            SignError::Unavailable { retry_after: Some(asked), .. } => (*asked).min(LONGEST_PAUSE),
            _ => Duration::ZERO,
        };
        let pause = pause.max(asked);
        self.open = Some(Open { since: now, pause, why, tried: false });
        Change::Opened(pause)
    }

    /// Why nobody is asked, if so.
    pub(crate) fn open(&self, now: Timestamp) -> Option<SignError> {
        self.open.as_ref().map(|open| open.error(now))
    }
}

impl Open {
    fn error(&self, now: Timestamp) -> SignError {
        let left = self.left(now).max(Duration::from_secs(1));
        let seconds = left.as_secs();
        let wrapped = |message: &str| {
            format!("{message} (circuit open: IAM is not asked for {seconds} s, after failures in a row)")
        };
        match &self.why {
            SignError::Credentials(message) => SignError::Credentials(wrapped(message)),
            SignError::Unavailable { message, .. } => {
                SignError::Unavailable { message: wrapped(message), retry_after: Some(left) }
            }
            other => SignError::Unavailable { message: wrapped(&other.to_string()), retry_after: Some(left) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix(seconds)
    }

    fn down() -> SignError {
        SignError::Unavailable { message: "IAM is down".to_owned(), retry_after: None }
    }

    fn opened(now: i64) -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 1..ENOUGH {
            assert_eq!(breaker.failed(down(), at(now)), Change::None);
            assert_eq!(breaker.enter(at(now)), Ok(()));
        }
        assert_eq!(breaker.failed(down(), at(now)), Change::Opened(FIRST_PAUSE));
        breaker
    }

    #[test]
    fn failures_in_a_row_open_it_and_it_says_so() {
        let mut breaker = opened(100);
        let error = breaker.enter(at(102)).unwrap_err();
        assert!(error.to_string().contains("IAM is down") && error.to_string().contains("circuit open"), "{error}");
        assert!(matches!(error, SignError::Unavailable { retry_after: Some(left), .. } if left.as_secs() == 3));
        assert_eq!(breaker.open(at(102)), Some(error));
    }

    #[test]
    fn a_success_in_between_keeps_it_closed() {
        let mut breaker = Breaker::default();
        for _ in 0..100 {
            for _ in 1..ENOUGH {
                assert_eq!(breaker.failed(down(), at(0)), Change::None);
            }
            assert_eq!(breaker.succeeded(), Change::None);
        }
    }

    #[test]
    fn after_a_while_one_call_tries_and_decides() {
        let mut breaker = opened(100);
        assert_eq!(breaker.enter(at(105)), Ok(()));
        assert!(breaker.enter(at(105)).is_err(), "just one");
        assert_eq!(breaker.failed(down(), at(106)), Change::Opened(2 * FIRST_PAUSE));
        assert!(breaker.enter(at(115)).is_err());
        assert_eq!(breaker.enter(at(116)), Ok(()));
        assert_eq!(breaker.succeeded(), Change::Closed);
        assert_eq!(breaker.enter(at(116)), Ok(()));
    }

    #[test]
    fn calls_that_began_before_do_not_prolong_it() {
        let mut breaker = opened(100);
        assert_eq!(breaker.failed(down(), at(104)), Change::None);
        assert_eq!(breaker.enter(at(105)), Ok(()));
    }

    #[test]
    fn the_service_may_ask_for_a_longer_pause_but_not_for_ever() {
        let mut breaker = Breaker::default();
        let busy = |seconds| SignError::Unavailable {
            message: "busy".into(),
            retry_after: Some(Duration::from_secs(seconds)),
        };
        let changes: Vec<_> = (0..ENOUGH).map(|_| breaker.failed(busy(20), at(0))).collect();
        assert_eq!(changes.last(), Some(&Change::Opened(Duration::from_secs(20))));
        assert_eq!(breaker.enter(at(20)), Ok(()));
        assert_eq!(breaker.failed(busy(86_400), at(20)), Change::Opened(LONGEST_PAUSE));
    }

    #[test]
    fn a_refusal_stays_a_refusal_and_a_clock_set_back_ends_the_pause() {
        let mut breaker = Breaker::default();
        for _ in 0..ENOUGH {
            breaker.failed(SignError::Credentials("no role".into()), at(1_000_000));
        }
        assert!(matches!(breaker.enter(at(1_000_000)), Err(SignError::Credentials(why)) if why.contains("no role")));
        assert_eq!(breaker.enter(at(0)), Ok(()));
    }
}
