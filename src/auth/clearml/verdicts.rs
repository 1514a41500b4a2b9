//! What is known of tokens, and until when.
//!
//! The maps only bound how much is remembered; whether something still counts is decided by the times in it. Refused
//! tokens have a map of their own, so that a flood of bad tokens pushes no good one out.

use std::{sync::Arc, time::Duration};

use moka::sync::Cache;
use presign_core::Timestamp;

use crate::auth::{AuthError, Principal, digest::Digest};

/// How many tokens are remembered, accepted and refused each.
const CAPACITY: u64 = 10_000;

/// How long a refusal is remembered.
const REFUSED_FOR: Duration = Duration::from_secs(5);

/// How long an apiserver that is down is not asked again about a token that was good before.
const STALE_FOR: Duration = Duration::from_secs(2);

/// What is known of tokens.
#[derive(Debug)]
pub(super) struct Verdicts {
    accepted: Cache<Digest, Accepted>,
    refused: Cache<Digest, Refused>,
    cache_ttl: Duration,
    stale_if_error: Duration,
}

/// What is known of one token.
#[derive(Debug)]
pub(super) enum Found {
    Accepted(Arc<Principal>),
    Refused(AuthError),
    Nothing,
}

#[derive(Debug, Clone)]
struct Accepted {
    principal: Arc<Principal>,
    /// Believed before this time.
    fresh_until: Timestamp,
    /// Believed before this time while the apiserver is down.
    stale_until: Timestamp,
}

#[derive(Debug, Clone)]
struct Refused {
    error: AuthError,
    until: Timestamp,
}

impl Verdicts {
    pub(super) fn new(cache_ttl: Duration, stale_if_error: Duration) -> Self {
        Self { accepted: Cache::new(CAPACITY), refused: Cache::new(CAPACITY), cache_ttl, stale_if_error }
    }

    pub(super) fn find(&self, digest: &Digest, now: Timestamp) -> Found {
        if let Some(accepted) = self.accepted.get(digest) {
            if now < accepted.fresh_until {
                return Found::Accepted(accepted.principal);
            }
            // The end of a token is known without asking.
            if accepted.principal.token_expires_at.is_some_and(|end| end <= now) {
                return Found::Refused(AuthError::Expired);
            }
        }
        match self.refused.get(digest) {
            Some(refused) if now < refused.until => Found::Refused(refused.error),
            _ => Found::Nothing,
        }
    }

    /// Remembers an answer that was asked for at `now`.
    ///
    /// # Errors
    /// When the token has ended by then.
    pub(super) fn accept(
        &self,
        digest: Digest,
        principal: Principal,
        now: Timestamp,
    ) -> Result<Arc<Principal>, AuthError> {
        let end = principal.token_expires_at;
        if end.is_some_and(|end| end <= now) {
            self.refuse(digest, AuthError::Expired, now);
            return Err(AuthError::Expired);
        }
        let at_most = |time: Timestamp| end.map_or(time, |end| time.min(end));
        let fresh_until = now.plus(self.cache_ttl);
        let principal = Arc::new(principal);
        let accepted = Accepted {
            principal: Arc::clone(&principal),
            fresh_until: at_most(fresh_until),
            stale_until: at_most(fresh_until.plus(self.stale_if_error)),
        };
        self.accepted.insert(digest, accepted);
        Ok(principal)
    }

    /// What an old answer says, while there is no new one to be had.
    pub(super) fn accept_stale(&self, digest: &Digest, now: Timestamp) -> Option<Arc<Principal>> {
        let stale = self.accepted.get(digest).filter(|accepted| now < accepted.stale_until)?;
        let principal = Arc::clone(&stale.principal);
        let fresh_until = now.plus(STALE_FOR).min(stale.stale_until);
        self.accepted.insert(*digest, Accepted { fresh_until, ..stale });
        Some(principal)
    }

    /// Remembers a refusal for a few seconds, and forgets that the token was ever good.
    pub(super) fn refuse(&self, digest: Digest, error: AuthError, now: Timestamp) {
        self.accepted.invalidate(&digest);
        self.refused.insert(digest, Refused { error, until: now.plus(REFUSED_FOR) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(number: u32) -> Digest {
        Digest::of(b"test:", &number.to_string())
    }

    #[test]
    fn a_flood_of_refused_tokens_is_bounded_and_pushes_no_accepted_one_out() {
        let verdicts = Verdicts::new(Duration::from_mins(1), Duration::ZERO);
        let now = Timestamp::from_unix(0);
        verdicts.accept(digest(0), Principal::new("a", "c", "user"), now).unwrap();
        for number in 1..30_000 {
            verdicts.refuse(digest(number), AuthError::Refused, now);
        }
        verdicts.refused.run_pending_tasks();
        verdicts.accepted.run_pending_tasks();
        assert!(verdicts.refused.entry_count() <= CAPACITY);
        assert!(matches!(verdicts.find(&digest(0), now), Found::Accepted(_)));
    }

    #[test]
    fn a_flood_of_accepted_tokens_is_bounded() {
        let verdicts = Verdicts::new(Duration::from_mins(1), Duration::ZERO);
        for number in 0..30_000 {
            verdicts.accept(digest(number), Principal::new("a", "c", "user"), Timestamp::from_unix(0)).unwrap();
        }
        verdicts.accepted.run_pending_tasks();
        assert!(verdicts.accepted.entry_count() <= CAPACITY);
    }

    #[test]
    fn an_answer_that_comes_after_the_tokens_end_is_none() {
        let verdicts = Verdicts::new(Duration::from_mins(1), Duration::from_mins(1));
        let now = Timestamp::from_unix(100);
        let principal = Principal::new("a", "c", "user").with_token_expires_at(Some(now));
        assert_eq!(verdicts.accept(digest(0), principal, now), Err(AuthError::Expired));
        assert!(verdicts.accept_stale(&digest(0), now).is_none());
    }
}
