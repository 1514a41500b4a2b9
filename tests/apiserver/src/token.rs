//! Tokens: issued and checked as the apiserver does it with `PyJWT`, down to the words of a refusal.

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header};
use serde_json::{Value, json};

use crate::{account::Identity, base64_lenient};

/// What tokens are signed with: the apiserver's `secure.auth.token_secret`.
pub const TOKEN_SECRET: &str = "a-token-secret-for-tests-only-0123456789";

/// A token that holds, or would if nobody had logged out.
#[derive(Debug)]
pub(crate) struct Checked {
    pub(crate) identity: Identity,
    pub(crate) session_id: Option<String>,
}

/// Why a token does not hold.
#[derive(Debug)]
pub(crate) enum Flaw {
    /// `PyJWT` refused it.
    Invalid(String),
    /// `PyJWT` refused the key for the token's algorithm.
    InvalidKey(String),
    /// The claims do not make an identity.
    NoIdentity,
    /// The identity lacks a field or has one too many.
    BadIdentity(String),
}

pub(crate) fn claims(identity: &Identity, issued_at: i64, life: Option<i64>, session_id: &str) -> Value {
    let mut claims = json!({
        "identity": identity.to_claim(),
        "iat": issued_at,
        "session_id": session_id,
        "auth_type": "Bearer",
        "env": "<unknown>",
        "api_version": "2.34",
        "server_version": "2.3.0",
        "server_build": "",
        "feature_set": "basic",
    });
    if let (Some(life), Some(claims)) = (life, claims.as_object_mut()) {
        claims.insert("exp".to_owned(), json!(issued_at + life));
    }
    claims
}

/// Signs claims. Empty when the library refuses, which it does not for this algorithm.
pub(crate) fn sign(claims: &Value, secret: &str, algorithm: Algorithm) -> String {
    let key = EncodingKey::from_secret(secret.as_bytes());
    jsonwebtoken::encode(&Header::new(algorithm), claims, &key).unwrap_or_default()
}

pub(crate) fn check(token: &str, now: i64) -> Result<Checked, Flaw> {
    let claims = verified_claims(token)?;
    check_times(&claims, now)?;
    if claims.get("aud").is_some_and(|audience| !audience.is_null()) {
        return Err(invalid("Invalid audience"));
    }
    Ok(Checked {
        identity: identity(&claims)?,
        session_id: claims.get("session_id").and_then(Value::as_str).map(str::to_owned),
    })
}

fn invalid(message: &str) -> Flaw {
    Flaw::Invalid(message.to_owned())
}

fn verified_claims(token: &str) -> Result<Value, Flaw> {
    let too_few = || invalid("Not enough segments");
    let (signed, signature) = token.rsplit_once('.').ok_or_else(too_few)?;
    let (header, payload) = signed.split_once('.').ok_or_else(too_few)?;
    let part = |text, name: &str| {
        base64_lenient::decode_token_part(text).ok_or_else(|| Flaw::Invalid(format!("Invalid {name} padding")))
    };
    let header = part(header, "header")?;
    let header: Value =
        serde_json::from_slice(&header).map_err(|error| Flaw::Invalid(format!("Invalid header string: {error}")))?;
    let payload = part(payload, "payload")?;
    part(signature, "crypto")?;
    verify(signed, signature, header.get("alg").and_then(Value::as_str).unwrap_or_default())?;
    serde_json::from_slice(&payload).map_err(|error| Flaw::Invalid(format!("Invalid payload string: {error}")))
}

fn verify(signed: &str, signature: &str, algorithm: &str) -> Result<(), Flaw> {
    let algorithm = match algorithm {
        "HS256" => Algorithm::HS256,
        "HS384" => Algorithm::HS384,
        "HS512" => Algorithm::HS512,
        "none" => return Err(Flaw::InvalidKey("When alg = \"none\", key value must be None.".to_owned())),
        _ => return Err(invalid("Algorithm not supported")),
    };
    let key = DecodingKey::from_secret(TOKEN_SECRET.as_bytes());
    match jsonwebtoken::crypto::verify(signature, signed.as_bytes(), &key, algorithm) {
        Ok(true) => Ok(()),
        _ => Err(invalid("Signature verification failed")),
    }
}

fn check_times(claims: &Value, now: i64) -> Result<(), Flaw> {
    let time = |name: &str, words: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => {
            value.as_i64().map(Some).ok_or_else(|| Flaw::Invalid(format!("{words} claim ({name}) must be an integer.")))
        }
    };
    if time("iat", "Issued At")?.is_some_and(|iat| iat > now) {
        return Err(invalid("The token is not yet valid (iat)"));
    }
    if time("nbf", "Not Before")?.is_some_and(|nbf| nbf > now) {
        return Err(invalid("The token is not yet valid (nbf)"));
    }
    if time("exp", "Expiration Time")?.is_some_and(|exp| exp <= now) {
        return Err(invalid("Signature has expired"));
    }
    Ok(())
}

fn identity(claims: &Value) -> Result<Identity, Flaw> {
    const KNOWN: [&str; 5] = ["user", "company", "role", "user_name", "company_name"];
    let fields = claims.get("identity").and_then(Value::as_object).ok_or(Flaw::NoIdentity)?;
    if let Some(extra) = fields.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(Flaw::BadIdentity(format!("Identity.__init__() got an unexpected keyword argument '{extra}'")));
    }
    let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
    let required = |name: &str| {
        text(name).ok_or_else(|| {
            Flaw::BadIdentity(format!("Identity.__init__() missing 1 required positional argument: '{name}'"))
        })
    };
    Ok(Identity {
        user: required("user")?,
        company: required("company")?,
        role: required("role")?,
        user_name: text("user_name").unwrap_or_default(),
    })
}
