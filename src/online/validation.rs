//! Which ways to check a token work here: pure.

use super::{Observation, State, apiserver::Answer};
use crate::config::Validation;

/// What was tried; `None` for what could not be.
pub(super) struct Tried {
    /// `auth.login` with the configured key.
    pub(super) login: Option<Result<Answer, String>>,
    /// `users.get_current_user` with the key's own token.
    pub(super) current_user: Option<Result<Answer, String>>,
    /// `auth.validate_token` of that token, with the key.
    pub(super) validate_token: Option<Result<Answer, String>>,
    /// Whether the configured `token_secret` made that token.
    pub(super) token_secret: Option<bool>,
}

impl Tried {
    pub(super) const fn without_key() -> Self {
        Self { login: None, current_user: None, validate_token: None, token_secret: None }
    }
}

/// One line for the key and one for each way; a way that is not the configured one need not work.
pub(super) fn judge(configured: Validation, tried: &Tried) -> Vec<Observation> {
    let needs_own_token = matches!(configured, Validation::Auto | Validation::OwnToken);
    let mut found: Vec<Observation> = tried.login.as_ref().map(key).into_iter().collect();
    found.push(own_token(needs_own_token, tried));
    found.push(validate_token(configured == Validation::ValidateToken, tried));
    found.extend(token_secret(configured == Validation::TokenSecret, tried));
    found
}

/// What does not work is wrong where it is needed.
fn unless(needed: bool) -> State {
    if needed { State::Wrong } else { State::Fine }
}

fn key(login: &Result<Answer, String>) -> Observation {
    let (state, detail) = match login {
        Ok(answer) if answer.status == 200 => (State::Fine, "the apiserver takes the configured key".to_owned()),
        Ok(answer) if answer.status == 401 => (
            State::Wrong,
            format!(
                "the apiserver refuses the configured access_key and secret_key (401, subcode {}): they are another \
                 server's, or revoked",
                answer.subcode
            ),
        ),
        Ok(answer) => (State::Wrong, unclear("auth.login", answer)),
        Err(why) => (State::Wrong, why.clone()),
    };
    Observation::new("access key", state, detail)
}

fn own_token(needed: bool, tried: &Tried) -> Observation {
    let (state, detail) = match &tried.current_user {
        None => (State::Fine, "needs no key; without a caller's token it cannot be tried".to_owned()),
        Some(Ok(answer)) if answer.status == 200 => {
            let role = answer.data.pointer("/user/role").and_then(serde_json::Value::as_str).unwrap_or("unknown");
            (State::Fine, format!("works (tried with the configured key's own token, role {role})"))
        }
        Some(Ok(answer)) if (answer.status, answer.subcode) == (400, 300) => (
            State::Fine,
            "works for users; the configured key is a service's, which users.get_current_user does not know (400, \
             subcode 300)"
                .to_owned(),
        ),
        Some(Ok(answer)) => (unless(needed), unclear("users.get_current_user", answer)),
        Some(Err(why)) => (unless(needed), why.clone()),
    };
    Observation::new("validation own_token", state, detail)
}

fn validate_token(needed: bool, tried: &Tried) -> Observation {
    let (state, detail) = match &tried.validate_token {
        None => (unless(needed), "needs access_key and secret_key that the apiserver takes".to_owned()),
        Some(Ok(answer)) if answer.status == 200 && answer.data.get("valid").is_some_and(|valid| *valid == true) => {
            (State::Fine, "works with the configured key".to_owned())
        }
        Some(Ok(answer)) if answer.status == 200 => (
            unless(needed),
            "the apiserver calls a token that it has just issued invalid: something behind it (redis) is down"
                .to_owned(),
        ),
        Some(Ok(answer)) if (answer.status, answer.subcode) == (403, 20) => (
            unless(needed),
            "not with the configured key: its role may not call auth.validate_token (403, subcode 20), which takes \
             system or root; 'auto' and 'own_token' do without"
                .to_owned(),
        ),
        Some(Ok(answer)) => (unless(needed), unclear("auth.validate_token", answer)),
        Some(Err(why)) => (unless(needed), why.clone()),
    };
    Observation::new("validation validate_token", state, detail)
}

fn token_secret(needed: bool, tried: &Tried) -> Option<Observation> {
    let (state, detail) = match tried.token_secret {
        Some(true) => (State::Fine, "the configured secret is the apiserver's"),
        Some(false) => (
            State::Wrong,
            "the configured token_secret is not the apiserver's (CLEARML__SECURE__AUTH__TOKEN_SECRET): it does not fit a \
             token that the apiserver has just issued",
        ),
        None if needed => (State::Doubtful, "cannot be tried without access_key and secret_key"),
        None => return None,
    };
    Some(Observation::new("validation token_secret", state, detail))
}

fn unclear(endpoint: &str, answer: &Answer) -> String {
    let (status, subcode) = (answer.status, answer.subcode);
    format!("{endpoint} answers {status}, subcode {subcode}: look at the apiserver's own log")
}
