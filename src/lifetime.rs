//! How long a link lives: one rule for every backend.
//!
//! A link never outlives what it stands for: the rule's `ttl`, what the caller asked for, what the store accepts, the
//! credential that signed it (a signature dies with a session token, whatever its own expiry says), and the caller's
//! own token (who is logged out shall not keep links for days).

use std::time::Duration;

use presign_core::{CredentialInfo, ExpiresIn, Timestamp};

/// Everything that bounds a link's life.
#[derive(Debug, Clone)]
pub struct LifetimeInputs {
    /// The time.
    pub now: Timestamp,
    /// Signatures made in one window this long carry one time, that of its start.
    pub stable_window: Duration,
    /// The rule's `ttl`.
    pub rule_ttl: ExpiresIn,
    /// What the caller asked for (`expires_in`); it can only shorten.
    pub requested: Option<ExpiresIn>,
    /// What the backend's configuration allows at most.
    pub backend_max: Option<ExpiresIn>,
    /// What the store accepts at most with this kind of credential.
    pub provider_cap: ExpiresIn,
    /// The storage credential: when it ends, and the time before which no signature may be dated. `None`: not known yet.
    pub credential: Option<CredentialInfo>,
    /// How much sooner than its credential a link ends.
    pub credential_margin: Duration,
    /// When the caller's own token ends.
    pub token_expires_at: Option<Timestamp>,
    /// A link that would live less is not worth handing out.
    pub min_ttl: Duration,
}

impl LifetimeInputs {
    /// The time that the signature carries, from which stores count the life.
    ///
    /// It is the start of the window that `now` lies in, so that the same request has the same signature on every
    /// gateway, for as long as the window lasts. It never goes before the credential's own start. Where links are short,
    /// so is the window: the least that a link has to live is left to it.
    #[must_use]
    pub fn signed_at(&self) -> Timestamp {
        let room = self.longest_life().duration().saturating_sub(self.least_wanted());
        let window = i64::try_from(self.stable_window.min(room).as_secs()).unwrap_or(i64::MAX);
        let age = self.now.unix().checked_rem_euclid(window).unwrap_or(0);
        let floored = Timestamp::from_unix(self.now.unix().saturating_sub(age));
        let not_before = self.credential.and_then(|credential| credential.not_before);
        floored.max(not_before.unwrap_or(floored)).min(self.now)
    }

    /// The life that rule and caller want.
    #[must_use]
    pub fn longest_wish(&self) -> ExpiresIn {
        self.requested.map_or(self.rule_ttl, |requested| requested.min(self.rule_ttl))
    }

    /// How long the storage credential has to last for a link that is as long as rule and caller want.
    #[must_use]
    pub fn credential_needed_until(&self) -> Timestamp {
        self.signed_at().expires(self.longest_life()).plus(ceil(self.credential_margin))
    }

    /// The longest life that all bounds allow which count from the signature.
    fn longest_life(&self) -> ExpiresIn {
        self.longest_wish().min(self.backend_max.unwrap_or(ExpiresIn::MAX)).min(self.provider_cap)
    }

    /// What has to be left of a link's life at least.
    fn least_wanted(&self) -> Duration {
        self.min_ttl.min(self.longest_wish().duration())
    }
}

/// What decided how long a link lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Bound {
    /// The rule's `ttl`.
    Rule,
    /// What the caller asked for.
    Requested,
    /// The backend's configuration.
    Backend,
    /// The store, for this kind of credential.
    Provider,
    /// The end of the storage credential.
    Credential,
    /// The end of the caller's token.
    Token,
}

impl Bound {
    /// Every bound there is.
    pub const ALL: [Self; 6] =
        [Self::Rule, Self::Requested, Self::Backend, Self::Provider, Self::Credential, Self::Token];

    /// The word for metrics and for `explain`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Requested => "requested",
            Self::Backend => "backend",
            Self::Provider => "provider",
            Self::Credential => "credential",
            Self::Token => "token",
        }
    }

    /// Whether the link lives less than rule and caller wanted.
    #[must_use]
    pub const fn is_clamp(self) -> bool {
        !matches!(self, Self::Rule | Self::Requested)
    }
}

/// A link's life, and what decided it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lifetime {
    /// The time that the signature carries.
    pub signed_at: Timestamp,
    /// The life, counted from then.
    pub expires_in: ExpiresIn,
    /// What is left of it now.
    pub left: Duration,
    /// What decided it: of several that agree, the first in the order of [`Bound`].
    pub bound: Bound,
}

/// A link would live too short to be worth handing out.
///
/// Bound by [`Bound::Token`], logging in again helps (401). Otherwise it is the gateway that cannot do better right now
/// (503).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a link would live {left:?} (bound: {}), and should live {wanted:?} at least", bound.label())]
pub struct TooShort {
    /// What decided it.
    pub bound: Bound,
    /// What would be left of its life.
    pub left: Duration,
    /// What should be left at least.
    pub wanted: Duration,
}

/// The life of a link: as long as every bound allows.
///
/// `min_ttl` is there for ends that nobody chose. A rule or a caller that wants less gets less.
///
/// # Errors
/// When less would be left than `min_ttl`, and than rule and caller want.
pub fn lifetime(inputs: &LifetimeInputs) -> Result<Lifetime, TooShort> {
    let signed_at = inputs.signed_at();
    let (bound, expires_at) = tightest(inputs);
    let wanted = inputs.least_wanted();
    let left = inputs.now.until(expires_at);
    let too_short = TooShort { bound, left, wanted };
    if left < wanted {
        return Err(too_short);
    }
    let expires_in = ExpiresIn::from_seconds(signed_at.until(expires_at).as_secs()).map_err(|_| too_short)?;
    Ok(Lifetime { signed_at, expires_in, left, bound })
}

/// The bound that ends first, and when.
fn tightest(inputs: &LifetimeInputs) -> (Bound, Timestamp) {
    let first = (Bound::Rule, inputs.signed_at().expires(inputs.rule_ttl));
    bounds(inputs).fold(first, |first, next| if next.1 < first.1 { next } else { first })
}

/// Everything that bounds the life, and when it ends it, in the order of [`Bound`].
pub fn bounds(inputs: &LifetimeInputs) -> impl Iterator<Item = (Bound, Timestamp)> + use<> {
    let signed_at = inputs.signed_at();
    let after = |life: ExpiresIn| signed_at.expires(life);
    let credential_end = inputs.credential.and_then(|credential| credential.expires_at);
    let all = [
        (Bound::Rule, Some(after(inputs.rule_ttl))),
        (Bound::Requested, inputs.requested.map(after)),
        (Bound::Backend, inputs.backend_max.map(after)),
        (Bound::Provider, Some(after(inputs.provider_cap))),
        (Bound::Credential, credential_end.map(|end| end.minus(ceil(inputs.credential_margin)))),
        (Bound::Token, inputs.token_expires_at),
    ];
    all.into_iter().filter_map(|(bound, end)| Some((bound, end?)))
}

/// How many seconds a browser may remember the redirect to a link (`max-age`): `margin` less than the link has left.
/// 0 means that it must not (`no-store`).
#[must_use]
pub fn redirect_max_age(expires_at: Timestamp, now: Timestamp, margin: Duration) -> u64 {
    now.until(expires_at).saturating_sub(margin).as_secs()
}

/// Times are whole seconds: a margin of a part of one costs a whole one.
fn ceil(duration: Duration) -> Duration {
    let whole = duration.as_secs();
    Duration::from_secs(if duration.subsec_nanos() == 0 { whole } else { whole.saturating_add(1) })
}

#[cfg(test)]
mod tests;
