//! Asks the apiserver what it makes of this gateway: each of its ways to check a token, with the configured key.

use std::time::Duration;

use http::{HeaderMap, header};
use presign_core::{Environment, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{
    Observation, State,
    cookie::{self, Cookie},
    skew::skew,
    validation::{self, Tried},
};
use crate::{
    auth,
    config::{ClearmlConfig, ServerConfig},
};

/// An answer of the apiserver.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    /// The kind of error: `meta.result_subcode`.
    pub(super) subcode: u64,
    /// What was asked for.
    pub(super) data: Value,
    headers: HeaderMap,
    skew: Option<Duration>,
}

/// Asks everything, and judges by the answers whether the configuration fits. `client` must not follow redirects.
pub async fn observe(
    clearml: &ClearmlConfig,
    server: &ServerConfig,
    environment: &dyn Environment,
    client: &reqwest::Client,
    now: Timestamp,
) -> Vec<Observation> {
    let desk = Desk { client, clearml, now };
    let ping = match desk.ask("debug.ping", None, None).await {
        Ok(answer) => answer,
        Err(why) => return vec![Observation::new("apiserver", State::Wrong, why)],
    };
    let mut found = vec![reached(&clearml.api_server, &ping)];
    let tried = desk.try_all(environment).await;
    found.extend(validation::judge(clearml.validation, &tried.verdicts));
    found.extend(cookie::judge(tried.cookie.as_ref(), clearml, server));
    found
}

fn reached(api_server: &str, ping: &Answer) -> Observation {
    match ping.skew {
        Some(skew) => {
            let detail = format!("its clock and this one are {} s apart: mend the clock", skew.as_secs());
            Observation::new("apiserver", State::Wrong, detail)
        }
        None => Observation::new("apiserver", State::Fine, format!("answers at {api_server}")),
    }
}

struct Desk<'a> {
    client: &'a reqwest::Client,
    clearml: &'a ClearmlConfig,
    now: Timestamp,
}

/// What came of the attempts.
struct Attempts {
    verdicts: Tried,
    cookie: Option<Cookie>,
}

impl Desk<'_> {
    async fn try_all(&self, environment: &dyn Environment) -> Attempts {
        let Some(keys) = self.keys(environment) else {
            // Who is not logged in logs out of nothing, and is told which cookie to drop.
            let answer = self.ask("login.logout", None, None).await.ok();
            return Attempts { verdicts: Tried::without_key(), cookie: answer.and_then(|it| Cookie::of(&it.headers)) };
        };
        let basic = keys.expose_secret();
        let login = self.ask("auth.login", Some(basic), None).await;
        let cookie = login.as_ref().ok().and_then(|answer| Cookie::of(&answer.headers));
        let token = login.as_ref().ok().and_then(|answer| answer.data.get("token")?.as_str().map(SecretString::from));
        let mut tried = Tried { login: Some(login), ..Tried::without_key() };
        if let Some(token) = token {
            let bearer = SecretString::from(format!("Bearer {}", token.expose_secret()));
            tried.current_user = Some(self.ask("users.get_current_user", Some(bearer.expose_secret()), None).await);
            let body = json!({"token": token.expose_secret()}).to_string();
            tried.validate_token = Some(self.ask("auth.validate_token", Some(basic), Some(body)).await);
            tried.token_secret = auth::verified_locally(self.clearml, environment, token.expose_secret(), self.now);
        }
        Attempts { verdicts: tried, cookie }
    }

    /// The configured key as an `Authorization` header. One that cannot be read is told by the check of the file.
    fn keys(&self, environment: &dyn Environment) -> Option<SecretString> {
        auth::own_keys(self.clearml, environment).map(SecretString::from)
    }

    /// Asks an endpoint.
    ///
    /// # Errors
    /// Says, without anything that was sent, why there is no answer of an apiserver.
    async fn ask(&self, endpoint: &str, authorization: Option<&str>, body: Option<String>) -> Result<Answer, String> {
        let url = self.clearml.api_server.trim_end_matches('/');
        let mut request = self.client.get(format!("{url}/{endpoint}")).timeout(self.clearml.timeout.0);
        if let Some(authorization) = authorization {
            let value = http::HeaderValue::from_str(authorization);
            let mut value = value.map_err(|_| "the configured key has a character that no header holds".to_owned())?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        if let Some(body) = body {
            request = request.header(header::CONTENT_TYPE, "application/json").body(body);
        }
        let answer = request.send().await.map_err(|error| unreachable(url, &error.without_url()))?;
        let (status, headers, skew) = (answer.status().as_u16(), answer.headers().clone(), skew(&answer, self.now));
        let envelope: Option<Value> = answer.json().await.ok();
        let meta = envelope.as_ref().and_then(|envelope| envelope.get("meta"));
        let code = meta.and_then(|meta| meta.get("result_code")).and_then(Value::as_u64);
        if code != Some(u64::from(status)) {
            return Err(format!(
                "{url} answers HTTP {status} with something that is not the apiserver's: api_server is the apiserver's \
                 own address, or the WebApp's with /api"
            ));
        }
        let subcode = meta.and_then(|meta| meta.get("result_subcode")).and_then(Value::as_u64).unwrap_or_default();
        let data = envelope.and_then(|mut envelope| envelope.get_mut("data").map(Value::take)).unwrap_or_default();
        Ok(Answer { status, subcode, data, headers, skew })
    }
}

/// reqwest's own words hardly ever say what happened.
fn unreachable(url: &str, error: &reqwest::Error) -> String {
    let chain = std::iter::successors(Some(error as &dyn std::error::Error), |error| error.source());
    let causes: Vec<String> = chain.map(ToString::to_string).collect();
    format!("{url} cannot be reached from here: {}", causes.join(": "))
}
