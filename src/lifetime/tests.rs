//! Each bound, all of them together, and the edges.

mod properties;

use super::*;

const NOW: i64 = 1_700_000_000;

fn life(seconds: u64) -> ExpiresIn {
    ExpiresIn::from_seconds(seconds).unwrap()
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix(NOW + seconds)
}

/// One hour by rule, two minutes at least, and nothing else that bounds.
fn inputs() -> LifetimeInputs {
    LifetimeInputs {
        now: at(0),
        stable_window: Duration::ZERO,
        rule_ttl: life(3600),
        requested: None,
        backend_max: None,
        provider_cap: ExpiresIn::MAX,
        credential: None,
        credential_margin: Duration::from_mins(1),
        token_expires_at: None,
        min_ttl: Duration::from_mins(2),
    }
}

#[expect(clippy::unnecessary_wraps, reason = "it is the value of a field")]
fn ending(seconds: i64) -> Option<CredentialInfo> {
    Some(CredentialInfo { expires_at: Some(at(seconds)), ..CredentialInfo::PERMANENT })
}

fn decided(inputs: &LifetimeInputs) -> Result<(u32, Bound), (Bound, u64)> {
    let decision = lifetime(inputs);
    decision
        .map(|lifetime| (lifetime.expires_in.seconds(), lifetime.bound))
        .map_err(|too_short| (too_short.bound, too_short.left.as_secs()))
}

#[test]
fn each_bound_decides_when_it_is_the_tightest() {
    let cases = [
        (inputs(), 3600, Bound::Rule),
        (LifetimeInputs { requested: Some(life(600)), ..inputs() }, 600, Bound::Requested),
        (LifetimeInputs { backend_max: Some(life(900)), ..inputs() }, 900, Bound::Backend),
        (LifetimeInputs { provider_cap: life(1800), ..inputs() }, 1800, Bound::Provider),
        (LifetimeInputs { credential: ending(1060), ..inputs() }, 1000, Bound::Credential),
        (LifetimeInputs { token_expires_at: Some(at(700)), ..inputs() }, 700, Bound::Token),
    ];
    for (inputs, seconds, bound) in cases {
        assert_eq!(decided(&inputs), Ok((seconds, bound)));
    }
}

#[test]
fn a_request_cannot_lengthen_the_rules_life() {
    let inputs = LifetimeInputs { requested: Some(ExpiresIn::MAX), ..inputs() };
    assert_eq!(decided(&inputs), Ok((3600, Bound::Rule)));
}

#[test]
fn a_link_that_would_end_before_it_is_of_use_is_refused() {
    let token = LifetimeInputs { token_expires_at: Some(at(119)), ..inputs() };
    assert_eq!(decided(&token), Err((Bound::Token, 119)));
    let credential = LifetimeInputs { credential: ending(30), ..inputs() };
    assert_eq!(decided(&credential), Err((Bound::Credential, 0)));
    let gone = LifetimeInputs { token_expires_at: Some(at(-1)), min_ttl: Duration::ZERO, ..inputs() };
    assert_eq!(decided(&gone), Err((Bound::Token, 0)));
}

#[test]
fn a_caller_who_wants_less_than_the_minimum_gets_it() {
    let short = LifetimeInputs { requested: Some(life(1)), ..inputs() };
    assert_eq!(decided(&short), Ok((1, Bound::Requested)));
    let rule = LifetimeInputs { rule_ttl: life(30), ..inputs() };
    assert_eq!(decided(&rule), Ok((30, Bound::Rule)));
    let ending_token = LifetimeInputs { token_expires_at: Some(at(20)), ..rule };
    assert_eq!(decided(&ending_token), Err((Bound::Token, 20)));
}

/// `NOW` is 100 seconds into a window of five minutes.
fn windowed() -> LifetimeInputs {
    LifetimeInputs { now: Timestamp::from_unix(1_700_000_200), stable_window: Duration::from_mins(5), ..inputs() }
}

#[test]
fn a_signature_is_dated_by_the_start_of_its_window() {
    let start = Timestamp::from_unix(1_700_000_100);
    let first = LifetimeInputs { now: start, ..windowed() };
    let last = LifetimeInputs { now: start.plus(Duration::from_secs(299)), ..windowed() };
    let next = LifetimeInputs { now: start.plus(Duration::from_mins(5)), ..windowed() };
    assert_eq!([&first, &windowed(), &last].map(LifetimeInputs::signed_at), [start; 3]);
    assert_eq!(next.signed_at(), next.now);
    assert_eq!(lifetime(&first).unwrap().expires_in, lifetime(&last).unwrap().expires_in);
    assert_eq!(lifetime(&last).unwrap().left, Duration::from_secs(3600 - 299));
}

#[test]
fn a_signature_is_not_dated_before_its_credential() {
    let since = |seconds| {
        let not_before = Some(windowed().now.minus(Duration::from_secs(seconds)));
        let credential = Some(CredentialInfo { not_before, ..CredentialInfo::PERMANENT });
        LifetimeInputs { credential, ..windowed() }.signed_at()
    };
    assert_eq!(since(40), Timestamp::from_unix(1_700_000_160));
    assert_eq!(since(4000), Timestamp::from_unix(1_700_000_100));
}

#[test]
fn short_links_have_a_short_window_or_none() {
    let three_minutes = LifetimeInputs { rule_ttl: life(180), ..windowed() };
    assert!(three_minutes.now.until(lifetime(&three_minutes).unwrap().signed_at).is_zero());
    assert!(lifetime(&three_minutes).unwrap().left >= Duration::from_mins(2));
    let two_minutes = LifetimeInputs { rule_ttl: life(120), ..windowed() };
    assert_eq!(two_minutes.signed_at(), two_minutes.now);
    let requested = LifetimeInputs { requested: Some(life(1)), ..windowed() };
    assert_eq!(decided(&requested), Ok((1, Bound::Requested)));
}

#[test]
fn a_token_ends_a_link_at_the_same_time_wherever_it_was_signed() {
    let token = LifetimeInputs { token_expires_at: Some(Timestamp::from_unix(1_700_000_800)), ..windowed() };
    assert_eq!(decided(&token), Ok((700, Bound::Token)));
}

#[test]
fn a_refusal_says_what_ended_too_soon() {
    let error = lifetime(&LifetimeInputs { token_expires_at: Some(at(30)), ..inputs() }).unwrap_err();
    assert_eq!(error.to_string(), "a link would live 30s (bound: token), and should live 120s at least");
}

#[test]
fn a_redirect_is_forgotten_before_its_link_ends() {
    let minute = Duration::from_mins(1);
    assert_eq!(redirect_max_age(at(3600), at(0), minute), 3540);
    assert_eq!(redirect_max_age(at(60), at(0), minute), 0);
    assert_eq!(redirect_max_age(at(-5), at(0), minute), 0);
    assert_eq!(redirect_max_age(at(100), at(0), Duration::from_millis(500)), 99);
}

#[test]
fn every_bound_has_its_own_word() {
    let words: std::collections::BTreeSet<_> = Bound::ALL.into_iter().map(Bound::label).collect();
    assert_eq!(words.len(), Bound::ALL.len());
}
