//! What holds for any clocks, lives and wishes.

use proptest::prelude::*;

use super::*;

prop_compose! {
    fn any_life()(seconds in prop_oneof![1..400_u64, 1..=604_800_u64]) -> ExpiresIn {
        life(seconds)
    }
}

prop_compose! {
    fn any_inputs()(
        now in 0..100_000_i64,
        window in prop_oneof![Just(0), 0..90_000_u64],
        not_before in proptest::option::of(-100_000..100_000_i64),
        rule_ttl in any_life(),
        requested in proptest::option::of(any_life()),
        backend_max in proptest::option::of(any_life()),
        provider_cap in any_life(),
        credential in proptest::option::of(-1_000..200_000_i64),
        margin in 0..400_000_u64,
        token in proptest::option::of(-1_000..200_000_i64),
        min_ttl in 0..1_000_u64,
    ) -> LifetimeInputs {
        LifetimeInputs {
            now: at(now),
            stable_window: Duration::from_secs(window),
            rule_ttl,
            requested,
            backend_max,
            provider_cap,
            credential: Some(CredentialInfo {
                generation: 1,
                not_before: not_before.map(at),
                expires_at: credential.map(at),
            }),
            credential_margin: Duration::from_millis(margin),
            token_expires_at: token.map(at),
            min_ttl: Duration::from_secs(min_ttl),
        }
    }
}

proptest! {
    #[test]
    fn a_link_ends_by_every_bound_and_lives_the_minimum_or_is_refused(inputs in any_inputs()) {
        let bounds = [Some(inputs.rule_ttl), inputs.requested, inputs.backend_max, Some(inputs.provider_cap)];
        let wish = inputs.longest_wish().duration();
        match lifetime(&inputs) {
            Ok(lifetime) => {
                prop_assert!(lifetime.signed_at <= inputs.now);
                let end = lifetime.signed_at.expires(lifetime.expires_in);
                prop_assert!(bounds.into_iter().flatten().all(|bound| lifetime.expires_in <= bound));
                prop_assert!(inputs.token_expires_at.is_none_or(|token| end <= token));
                let credential = inputs.credential.unwrap();
                let not_before = credential.not_before.map(|start| start.min(inputs.now));
                prop_assert!(not_before.is_none_or(|start| lifetime.signed_at >= start));
                if let Some(credential) = credential.expires_at {
                    let ends_in = end.until(credential);
                    prop_assert!(ends_in >= inputs.credential_margin);
                }
                let left = inputs.now.until(end);
                prop_assert_eq!(left, lifetime.left);
                prop_assert!(left >= inputs.min_ttl || left >= wish);
                let max_age = redirect_max_age(end, inputs.now, Duration::from_mins(1));
                prop_assert!(inputs.now.plus(Duration::from_secs(max_age)) <= end);
            }
            Err(too_short) => {
                prop_assert!(too_short.left < inputs.min_ttl.min(wish) || too_short.left.is_zero());
            }
        }
    }

    #[test]
    fn a_life_is_as_long_as_its_bound_allows(inputs in any_inputs()) {
        if let Ok(lifetime) = lifetime(&inputs) {
            let counted = |life: Option<ExpiresIn>| life.map(|life| lifetime.signed_at.expires(life));
            let end = match lifetime.bound {
                Bound::Rule => counted(Some(inputs.rule_ttl)),
                Bound::Requested => counted(inputs.requested),
                Bound::Backend => counted(inputs.backend_max),
                Bound::Provider => counted(Some(inputs.provider_cap)),
                Bound::Token => inputs.token_expires_at,
                Bound::Credential => {
                    let end = inputs.credential.and_then(|credential| credential.expires_at);
                    end.map(|end| end.minus(inputs.credential_margin))
                }
            };
            let slack = lifetime.signed_at.expires(lifetime.expires_in).until(end.unwrap());
            prop_assert!(slack <= Duration::from_secs(1));
        }
    }

    #[test]
    fn all_of_a_window_is_signed_alike(inputs in any_inputs(), later in 0..90_000_u64) {
        let other = LifetimeInputs { now: inputs.now.plus(Duration::from_secs(later)), ..inputs.clone() };
        let not_before_was_past = inputs.credential.unwrap().not_before.is_none_or(|start| start <= inputs.now);
        if let (Ok(first), Ok(second)) = (lifetime(&inputs), lifetime(&other))
            && other.signed_at() <= inputs.now && not_before_was_past
        {
            prop_assert_eq!((first.signed_at, first.expires_in), (second.signed_at, second.expires_in));
        }
    }

    #[test]
    fn max_age_and_margin_fit_into_the_life_left(left in -100..1_000_000_i64, margin in 0..2_000_000_u64) {
        let margin = Duration::from_millis(margin);
        let max_age = redirect_max_age(at(left), at(0), margin);
        prop_assert!(max_age == 0 || Duration::from_secs(max_age) + margin <= at(0).until(at(left)));
    }
}
