//! One call, from request to answer.

use http::{HeaderMap, request::Parts};
use serde_json::{Map, Value, json};

use crate::{
    account::{Account, COMPANY, Identity},
    answer::Answer,
    authorize::{self, Caller},
    endpoint::Endpoint,
    login::{self, CLEARED_COOKIE},
    parameters,
    state::State,
    token::{self, Flaw},
};

pub(crate) fn respond(endpoint: Endpoint, head: &Parts, body: &[u8], state: &State) -> Answer {
    let outcome = if endpoint.is_open() {
        open(endpoint, &head.headers, state)
    } else {
        known_caller(endpoint, &head.headers, state).and_then(|caller| {
            let parameters = parameters::read(head.uri.query().unwrap_or_default(), &head.headers, body)?;
            Ok(closed(endpoint, caller, &parameters, state))
        })
    };
    outcome.unwrap_or_else(|refusal| refusal)
}

fn known_caller(endpoint: Endpoint, headers: &HeaderMap, state: &State) -> Result<Caller, Answer> {
    let caller = authorize::authorize(headers, state)?;
    check_role(endpoint, &caller.identity)?;
    let caller = authorize::impersonate(caller, headers)?;
    check_role(endpoint, &caller.identity)?;
    Ok(caller)
}

fn check_role(endpoint: Endpoint, identity: &Identity) -> Result<(), Answer> {
    let role = identity.role.as_str();
    if endpoint.is_internal() && !["system", "root"].contains(&role) {
        let message = format!("Forbidden (not allowed for role): role={role}, allowed=(system, root)");
        return Err(Answer::refused(403, 20, message));
    }
    Ok(())
}

fn open(endpoint: Endpoint, headers: &HeaderMap, state: &State) -> Result<Answer, Answer> {
    if authorize::impersonation(headers) != (None, None) {
        return Err(Answer::refused(500, 1, "Internal server error (validating impersonation)"));
    }
    let caller = authorize::authorize(headers, state);
    Ok(match endpoint {
        Endpoint::LoginLogout => {
            if let Some(session_id) = caller.ok().and_then(|caller| caller.session_id) {
                state.revoke(session_id);
            }
            Answer::ok(json!({})).with_cookie(CLEARED_COOKIE.to_owned())
        }
        Endpoint::SupportedModes => Answer::ok(json!({
            "authenticated": caller.is_ok(),
            "basic": {"enabled": true, "guest": {"enabled": false}},
            "server_errors": {"es_connection_error": false, "missed_es_upgrade": false},
            "sso": {},
            "sso_providers": [],
        })),
        _ => Answer::ok(json!({"msg": "ClearML server"})),
    })
}

fn closed(endpoint: Endpoint, caller: Caller, parameters: &Map<String, Value>, state: &State) -> Answer {
    match endpoint {
        Endpoint::Login => login::login(&caller.identity, parameters, state),
        Endpoint::Logout => {
            caller.session_id.into_iter().for_each(|session_id| state.revoke(session_id));
            Answer::ok(json!({})).with_cookie(CLEARED_COOKIE.to_owned())
        }
        Endpoint::ValidateToken => validate_token(parameters.get("token"), state),
        _ => current_user(&caller.identity),
    }
}

fn validate_token(token: Option<&Value>, state: &State) -> Answer {
    let wrong =
        |message: &str| Answer::refused(400, 12, format!("Validation error (error for field 'token'{message})"));
    let token = match token {
        Some(Value::String(token)) => token,
        None => return wrong(". field is required!"),
        Some(Value::Null) => return wrong(": field is required!."),
        Some(other) => return wrong(&format!(": ('value is wrong, expected type \"str\"', {other}).")),
    };
    let invalid = |message: String| Answer::ok(json!({"valid": false, "msg": message}));
    let checked = match token::check(token, state.now()) {
        Ok(checked) => checked,
        Err(Flaw::Invalid(reason) | Flaw::InvalidKey(reason)) => return invalid(reason),
        Err(Flaw::NoIdentity) => return invalid("tuple index out of range".to_owned()),
        Err(Flaw::BadIdentity(_)) => return Answer::refused(500, 0, "tuple index out of range"),
    };
    match state.is_revoked(checked.session_id.as_deref()) {
        // The user list is not asked.
        Ok(revoked) => Answer::ok(json!({
            "company": checked.identity.company,
            "user": checked.identity.user,
            "valid": !revoked,
        })),
        Err(outage) => invalid(outage),
    }
}

fn current_user(identity: &Identity) -> Answer {
    let listed = Account::with_id(&identity.user).filter(|account| account.is_listed() && identity.company == COMPANY);
    let Some(account) = listed else { return Answer::refused(400, 300, "Invalid user (failed loading user)") };
    let (given_name, family_name) = account.name.split_once(' ').unwrap_or((account.name, ""));
    Answer::ok(json!({
        "user": {
            "company": {"id": COMPANY, "name": "clearml"},
            "created": "2026-11-23T06:47:30.235000+00:00",
            "created_in_version": "2.3.0",
            "family_name": family_name,
            "given_name": given_name,
            "id": account.id,
            "name": account.name,
            // The token's role, not the list's.
            "role": identity.role,
        },
        "getting_started": {},
        "settings": {"max_download_items": 50_000},
    }))
}
