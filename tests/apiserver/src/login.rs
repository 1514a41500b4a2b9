//! `auth.login`: a token for whoever the caller is.

use jsonwebtoken::Algorithm;
use serde_json::{Map, Value, json};

use crate::{
    account::Identity,
    answer::Answer,
    state::State,
    token::{self, TOKEN_SECRET},
};

const DEFAULT_LIFE: i64 = 30 * 86_400;
const LONGEST_LIFE: i64 = 31_536_000;

pub(crate) const CLEARED_COOKIE: &str =
    "clearml_token_basic=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Max-Age=0; HttpOnly; Path=/; SameSite=Lax";

pub(crate) fn login(identity: &Identity, parameters: &Map<String, Value>, state: &State) -> Answer {
    let life = match life(parameters.get("expiration_sec")) {
        Ok(life) => life.or_else(|| (identity.role != "system").then_some(DEFAULT_LIFE)),
        Err(answer) => return answer,
    };
    let claims = token::claims(identity, state.now(), life, &state.new_id());
    let token = token::sign(&claims, TOKEN_SECRET, Algorithm::HS256);
    let cookie = format!(
        "clearml_token_basic={token}; Expires=Sun, 08 Oct 5195 16:35:46 GMT; Max-Age=99999999999; HttpOnly; Path=/; \
         SameSite=Lax"
    );
    Answer::ok(json!({ "token": token })).with_cookie(cookie)
}

/// The life that was asked for; 0 asks for the default.
fn life(asked: Option<&Value>) -> Result<Option<i64>, Answer> {
    let Some(asked) = asked else { return Ok(None) };
    let text = asked.as_str().map_or_else(|| asked.to_string(), str::to_owned);
    let invalid = |message: String| Answer::refused(400, 12, format!("Validation error ({message})"));
    let seconds: i64 =
        text.parse().map_err(|_| invalid(format!("invalid literal for int() with base 10: '{text}'")))?;
    if seconds > LONGEST_LIFE {
        let message = format!("error for field 'expiration_sec': '{text}' is bigger than maximum ('{LONGEST_LIFE}')..");
        return Err(invalid(message));
    }
    Ok((seconds != 0).then_some(seconds))
}
