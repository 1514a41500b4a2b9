//! Who a caller is.

use http::{HeaderMap, header};

use crate::{
    account::{Account, Identity},
    answer::Answer,
    base64_lenient,
    state::State,
    token::{self, Checked, Flaw},
};

/// A caller that is known.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) identity: Identity,
    /// Of the token that was used; keys have none.
    pub(crate) session_id: Option<String>,
}

/// Knows the caller by the Authorization header, or else by the cookie.
pub(crate) fn authorize(headers: &HeaderMap, state: &State) -> Result<Caller, Answer> {
    let values: Vec<_> = headers.get_all(header::AUTHORIZATION).iter().map(|v| v.to_str().unwrap_or("?")).collect();
    let authorization = values.join(",");
    if authorization.is_empty() {
        let token = cookie(headers).ok_or_else(|| Answer::refused(401, 20, "Unauthorized (missing credentials)"))?;
        return bearer(token, state);
    }
    match authorization.split_once(' ').unwrap_or((&authorization, "")) {
        ("Bearer", token) => bearer(token, state),
        ("Basic", credentials) => basic(credentials),
        _ => Err(Answer::refused(401, 10, "Unauthorized (bad authentication header type)")),
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    pairs
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix("clearml_token_basic="))
        .map(|value| value.trim_matches('"'))
        .filter(|value| !value.is_empty())
}

fn bearer(token: &str, state: &State) -> Result<Caller, Answer> {
    let Checked { identity, session_id } = token::check(token, state.now()).map_err(refusal)?;
    match state.is_revoked(session_id.as_deref()) {
        Ok(false) => Ok(Caller { identity, session_id }),
        Ok(true) => Err(Answer::refused(401, 30, "Invalid token (revoked token)")),
        Err(outage) => Err(Answer::refused(500, 0, outage)),
    }
}

fn refusal(flaw: Flaw) -> Answer {
    let message = match flaw {
        Flaw::Invalid(reason) => format!("Invalid token (invalid jwt token): reason={reason}"),
        Flaw::InvalidKey(reason) => format!("Invalid token (jwt invalid key error): reason={reason}"),
        Flaw::BadIdentity(reason) => format!("Invalid token (failed parsing token): reason={reason}"),
        Flaw::NoIdentity => return Answer::refused(500, 0, "tuple index out of range"),
    };
    Answer::refused(401, 30, message)
}

fn basic(credentials: &str) -> Result<Caller, Answer> {
    let bytes = base64_lenient::decode(credentials)
        .ok_or_else(|| Answer::refused(401, 21, "Unauthorized (malformed credentials) (Incorrect padding)"))?;
    let text: String = bytes.into_iter().map(char::from).collect();
    let (name, secret) = text.split_once(':').unwrap_or((&text, ""));
    let refused = |why: &str| Answer::refused(401, 22, format!("Unauthorized (invalid credentials) ({why})"));
    let account = match Account::with_login(name) {
        Some(account) if account.password == secret => account,
        Some(_) => return Err(refused("bad username or password")),
        None => Account::with_keys(name, secret).ok_or_else(|| refused("failed to locate provided credentials"))?,
    };
    Ok(Caller { identity: account.identity(), session_id: None })
}

/// Lets a caller of role system, root or admin take another's place, when a header asks for it.
pub(crate) fn impersonate(caller: Caller, headers: &HeaderMap) -> Result<Caller, Answer> {
    let (impersonate_as, act_as) = impersonation(headers);
    let id = match (impersonate_as, act_as) {
        (Some(_), Some(_)) => {
            let headers = "headers=(X-Clearml-Impersonate-As, X-Clearml-Act-As)";
            return Err(Answer::refused(400, 5, format!("Invalid headers (only one allowed): {headers}")));
        }
        (Some(id), None) | (None, Some(id)) => id,
        (None, None) => return Ok(caller),
    };
    let Identity { role, company, .. } = &caller.identity;
    if !["system", "root", "admin"].contains(&role.as_str()) {
        let message = format!("Impersonation error (impersonation not allowed): role={role}");
        return Err(Answer::refused(400, 6, message));
    }
    let account = Account::with_id(id).ok_or_else(|| {
        Answer::refused(400, 6, format!("Impersonation error (unknown user): id={id}, company={company}"))
    })?;
    let identity = match act_as {
        Some(_) => Identity { role: role.clone(), ..account.identity() },
        None => account.identity(),
    };
    Ok(Caller { identity, ..caller })
}

/// The ids in `Impersonate-As` and `Act-As`, under either of the product's names.
pub(crate) fn impersonation(headers: &HeaderMap) -> (Option<&str>, Option<&str>) {
    let of = |names: [&str; 2]| {
        names.into_iter().filter_map(|name| headers.get(name)?.to_str().ok()).find(|value| !value.is_empty())
    };
    (of(["x-clearml-impersonate-as", "x-trains-impersonate-as"]), of(["x-clearml-act-as", "x-trains-act-as"]))
}
