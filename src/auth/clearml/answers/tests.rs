//! The recorded answers, and some that were never seen.

use serde_json::json;

use super::*;
use crate::auth::clearml::apiserver::Endpoint;

fn answer(code: u16, subcode: u32, message: &str, data: Value) -> Answer {
    Answer { endpoint: Endpoint::Ping, code, subcode, message: message.to_owned(), data }
}

fn error(code: u16, subcode: u32, message: &str) -> Answer {
    answer(code, subcode, message, json!({}))
}

fn validity(data: Value) -> Result<Confirmation, AuthError> {
    validate_token(&answer(200, 0, "OK", data))
}

#[test]
fn refusals_of_a_users_own_token_are_told_apart() {
    let jwt = "Invalid token (invalid jwt token): reason=";
    for (code, subcode, message, expected) in [
        (401, 30, format!("{jwt}Signature has expired"), AuthError::Expired),
        (401, 30, format!("{jwt}Signature verification failed"), AuthError::Refused),
        (401, 30, format!("{jwt}Not enough segments"), AuthError::Refused),
        (401, 30, "Invalid token (revoked token)".to_owned(), AuthError::Revoked),
        (401, 20, "Unauthorized (missing credentials)".to_owned(), AuthError::Refused),
        (401, 31, "Blocked token".to_owned(), AuthError::Refused),
        (403, 20, "Forbidden (not allowed for role)".to_owned(), AuthError::Refused),
    ] {
        assert_eq!(current_user(&error(code, subcode, &message)), Err(expected), "{message}");
    }
    assert_eq!(current_user(&error(400, 300, "Invalid user (failed loading user)")), Ok(None));
}

#[test]
fn what_is_not_known_to_be_a_refusal_is_an_outage() {
    for (code, subcode) in [(500, 0), (400, 0), (400, 6), (400, 12), (403, 10), (404, 0), (429, 0), (503, 0), (302, 0)]
    {
        let answer = error(code, subcode, "Error 111 connecting to 127.0.0.1:6379. Connection refused.");
        assert_eq!(current_user(&answer), Err(AuthError::outage()), "{code}/{subcode}");
        assert_eq!(login(&answer), Err(AuthError::outage()), "{code}/{subcode}");
        assert_eq!(supported_modes(&answer), Err(AuthError::outage()), "{code}/{subcode}");
        assert_eq!(validate_token(&answer), Err(AuthError::outage()), "{code}/{subcode}");
    }
}

#[test]
fn good_answers_that_lack_what_they_are_for_are_outages() {
    let user = |user: Value| current_user(&answer(200, 0, "OK", json!({"user": user})));
    assert!(user(json!({"id": "a", "company": {"id": "c"}, "role": "user"})).unwrap().is_some());
    for lacking in [
        json!({}),
        json!({"id": "a", "company": {"id": "c"}}),
        json!({"id": "", "company": {"id": "c"}, "role": "user"}),
        json!({"id": 1, "company": {"id": "c"}, "role": "user"}),
        json!({"id": "a", "company": "c", "role": "user"}),
    ] {
        assert_eq!(user(lacking), Err(AuthError::outage()));
    }
    assert_eq!(login(&answer(200, 0, "OK", json!({}))), Err(AuthError::outage()));
    assert_eq!(supported_modes(&answer(200, 0, "OK", json!({"authenticated": "true"}))), Err(AuthError::outage()));
}

#[test]
fn a_validity_is_told_by_its_recorded_forms() {
    let valid = Confirmation::Valid { user: "u".into(), company: "c".into() };
    assert_eq!(validity(json!({"valid": true, "user": "u", "company": "c"})), Ok(valid));
    assert_eq!(validity(json!({"valid": false, "user": "u", "company": "c"})), Err(AuthError::Revoked));
    assert_eq!(validity(json!({"valid": false, "msg": "Signature has expired"})), Err(AuthError::Expired));
    for message in [
        "Signature verification failed",
        "Not enough segments",
        "Invalid header padding",
        "When alg = \"none\", key value must be None.",
        "The token is not yet valid (nbf)",
        "The token is not yet valid (iat)",
        "Invalid audience",
        "Expiration Time claim (exp) must be an integer.",
    ] {
        assert_eq!(validity(json!({"valid": false, "msg": message})), Err(AuthError::Refused), "{message}");
    }
    assert_eq!(validate_token(&error(403, 20, "Forbidden")), Ok(Confirmation::NotAllowed));
    assert_eq!(validate_token(&error(401, 22, "Unauthorized")), Ok(Confirmation::KeysRefused));
}

#[test]
fn a_validity_of_another_form_is_an_outage() {
    for data in [
        json!({}),
        json!({"valid": true}),
        json!({"valid": true, "user": "u"}),
        json!({"valid": "true", "user": "u", "company": "c"}),
        json!({"valid": false}),
        json!({"valid": false, "msg": "Error 111 connecting to 127.0.0.1:6379. Connection refused."}),
        json!({"valid": false, "msg": "tuple index out of range"}),
        json!({"valid": false, "user": "u", "company": "c", "msg": "something else"}),
    ] {
        assert_eq!(validity(data.clone()), Err(AuthError::outage()), "{data}");
    }
}
