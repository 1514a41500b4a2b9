//! What a token says of itself.
//!
//! The payload of a JWT is there for everybody to read, and for everybody to write: nothing here is believed before
//! somebody who knows the secret has confirmed the token.

use base64::{
    Engine, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use presign_core::Timestamp;
use serde::{Deserialize, de::IgnoredAny};

use crate::auth::Principal;

/// The claims that matter here. Others are passed over.
#[derive(Clone, Deserialize)]
pub(super) struct Claims {
    exp: Option<f64>,
    nbf: Option<f64>,
    iat: Option<f64>,
    aud: Option<IgnoredAny>,
    identity: Option<Identity>,
}

#[derive(Clone, Deserialize)]
struct Identity {
    user: String,
    company: String,
    role: String,
    user_name: Option<String>,
}

/// `PyJWT`, and so the apiserver, takes padded and unpadded parts.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How far the apiserver's clock may be ahead of ours, in seconds.
const SKEW: f64 = 60.0;

impl Claims {
    /// Reads the payload of a token without asking whether its signature is right; `None` when it is no JWT.
    pub(super) fn unverified(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let (_, payload, _) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        serde_json::from_slice(&BASE64.decode(payload).ok()?).ok()
    }

    /// When the token ends; parts of a second do not count.
    pub(super) fn expires_at(&self) -> Option<Timestamp> {
        #[expect(clippy::cast_possible_truncation, reason = "saturates, and so does Timestamp")]
        self.exp.map(|seconds| Timestamp::from_unix(seconds.floor() as i64))
    }

    /// Whether the token's end has come. The last second is the one before `exp`.
    pub(super) fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at().is_some_and(|end| end <= now)
    }

    /// Whether the apiserver would refuse the token for another reason than its end: it is not for now, or (any
    /// audience) not for the apiserver.
    pub(super) fn is_misplaced(&self, now: Timestamp) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "years until 9999 fit")]
        let latest = now.unix() as f64 + SKEW;
        self.aud.is_some() || [self.nbf, self.iat].into_iter().flatten().any(|time| time > latest)
    }

    /// The id of the user that the token says it is.
    pub(super) fn user(&self) -> Option<&str> {
        self.identity.as_ref().map(|identity| identity.user.as_str())
    }

    /// The id of that user's company.
    pub(super) fn company(&self) -> Option<&str> {
        self.identity.as_ref().map(|identity| identity.company.as_str())
    }

    /// Whether the token is that of a service of the ClearML server's own, such as `__services_agent__`. These are in
    /// no user list, and no user can have such an id.
    pub(super) fn is_service(&self) -> bool {
        self.user().is_some_and(|user| user.len() > 4 && user.starts_with("__") && user.ends_with("__"))
    }

    /// Whom the token names, once it is confirmed.
    pub(super) fn into_principal(self) -> Option<Principal> {
        let expires_at = self.expires_at();
        let Identity { user, company, role, user_name } = self.identity?;
        Some(Principal::new(user, company, role).with_name(user_name).with_token_expires_at(expires_at))
    }
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::*;

    fn claims(payload: &str) -> Option<Claims> {
        Claims::unverified(&format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(payload)))
    }

    #[test]
    fn the_end_is_the_first_second_that_does_not_count() {
        let now = Timestamp::from_unix(1000);
        for (exp, has_expired) in [("999", true), ("1000", true), ("1000.9", true), ("1001", false), ("1e300", false)] {
            assert_eq!(claims(&format!(r#"{{"exp":{exp}}}"#)).unwrap().has_expired(now), has_expired, "{exp}");
        }
        assert!(!claims("{}").unwrap().has_expired(now), "a token may have no end");
    }

    #[test]
    fn a_service_is_told_by_its_id() {
        let is_service = |user: &str| {
            let identity = format!(r#"{{"identity":{{"user":"{user}","company":"c","role":"admin"}}}}"#);
            claims(&identity).unwrap().is_service()
        };
        assert!(is_service("__services_agent__"));
        for user in ["", "__", "____", "__x", "x__", "a11ce000a11ce000a11ce000a11ce000"] {
            assert!(!is_service(user), "{user}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_sent_is_read_without_panic(token in "[!-~]{0,80}", payload in ".{0,40}", exp in any::<f64>()) {
            let _ = Claims::unverified(&token);
            let _ = claims(&payload);
            if let Some(claims) = claims(&format!(r#"{{"exp":{exp:e}}}"#)) {
                let _ = claims.has_expired(Timestamp::from_unix(0));
            }
        }
    }
}
