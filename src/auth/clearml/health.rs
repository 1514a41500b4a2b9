//! Whether the apiserver answers, and what the gateway's own keys are good for.
//!
//! Every change is logged, once.

use std::sync::{Mutex, MutexGuard, PoisonError};

use presign_core::Readiness;

use super::{
    Settings,
    apiserver::{Answer, Outage},
};

/// What is known of the apiserver.
#[derive(Debug)]
pub(super) struct Health(Mutex<State>);

#[derive(Debug)]
struct State {
    reach: Reach,
    keys: KeyState,
}

#[derive(Debug, PartialEq, Eq)]
enum Reach {
    Untried,
    /// It answers.
    Good,
    /// It answers, but the last answer said nothing about the token: something behind it is down.
    Unclear,
    Down(Outage),
}

/// What the gateway's own keys are good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum KeyState {
    /// Nothing: the apiserver does not know them.
    Refused,
    /// Not known yet.
    Untried,
    /// Logging in, and not asking about others' tokens.
    NotAllowed,
    /// Logging in; whether for more was not asked.
    Works,
    /// Logging in, and asking about others' tokens.
    Validates,
    /// Everything that is asked of them: there are none, and nothing needs them.
    None,
}

impl Health {
    pub(super) fn new(settings: &Settings) -> Self {
        let keys = if settings.keys.is_some() { KeyState::Untried } else { KeyState::None };
        Self(Mutex::new(State { reach: Reach::Untried, keys }))
    }

    /// Whether the apiserver answers and the keys are good for `needed`.
    pub(super) fn readiness(&self, needed: KeyState) -> Readiness {
        let state = self.lock();
        let reason = match (&state.reach, state.keys) {
            (Reach::Down(outage), _) => outage.to_string(),
            (Reach::Untried, _) => "the apiserver was not asked yet".to_owned(),
            (_, keys) if keys >= needed => return Readiness::Ready,
            (_, KeyState::Refused) => "the apiserver refuses the configured access key".to_owned(),
            (_, KeyState::NotAllowed) => NOT_ALLOWED.to_owned(),
            _ => "the configured access key was not tried yet".to_owned(),
        };
        Readiness::NotReady(reason)
    }

    /// Whether there are keys that may ask about others' tokens.
    pub(super) fn validates(&self) -> bool {
        self.lock().keys == KeyState::Validates
    }

    /// What the keys turned out to be good for.
    pub(super) fn keys(&self, keys: KeyState) {
        if std::mem::replace(&mut self.lock().keys, keys) == keys {
            return;
        }
        match keys {
            KeyState::Refused => tracing::error!("the apiserver refuses the configured access key"),
            KeyState::NotAllowed => tracing::warn!("{NOT_ALLOWED}: {WITHOUT_IT}"),
            KeyState::Works => tracing::info!("the apiserver takes the configured access key"),
            KeyState::Validates => tracing::info!("the configured access key may call auth.validate_token"),
            KeyState::Untried | KeyState::None => {}
        }
    }

    /// The apiserver answered.
    pub(super) fn answered(&self, answer: &Answer, is_understood: bool) {
        let reach = if is_understood { Reach::Good } else { Reach::Unclear };
        let before = std::mem::replace(&mut self.lock().reach, reach);
        match (before, is_understood) {
            (Reach::Down(_) | Reach::Unclear, true) => tracing::info!("the apiserver answers again"),
            (Reach::Unclear, false) | (_, true) => {}
            (_, false) => tracing::warn!(%answer, "an answer of the apiserver says nothing about the token"),
        }
    }

    /// The apiserver did not answer.
    pub(super) fn failed(&self, outage: Outage) {
        let mut state = self.lock();
        if !matches!(state.reach, Reach::Down(_)) {
            tracing::warn!(%outage, "callers that are not known already are turned away");
        }
        state.reach = Reach::Down(outage);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

const NOT_ALLOWED: &str = "the configured access key may not call auth.validate_token, which takes the role system or \
                           root (the apiserver answered 403, subcode 20)";

const WITHOUT_IT: &str =
    "validation auto confirms service identities by their own sessions instead, and validate_token lets nobody in";
