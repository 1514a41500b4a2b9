//! A link as it comes back, and whether it is good.

use std::time::Duration;

use presign_core::{ExpiresIn, ObjectKey, Operation, ResponseOverrides, Timestamp, encode};
use subtle::ConstantTimeEq;

use crate::link::{ALGORITHM, Claims, LinkKey, parameter};

/// How far the clock of the replica that signed may be ahead.
const SKEW: Duration = Duration::from_mins(1);

/// What a link says, not yet believed.
#[derive(Debug)]
pub(crate) struct Presented {
    key: ObjectKey,
    signed_at: Timestamp,
    expires_in: ExpiresIn,
    overrides: ResponseOverrides,
    signature: String,
}

/// What a good link allows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Allowed {
    pub(crate) key: ObjectKey,
    pub(crate) overrides: ResponseOverrides,
    pub(crate) expires_at: Timestamp,
}

/// Why a link is not good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("this is no signed link, or it was changed on its way")]
    Malformed,
    #[error("the signature does not fit the link: it was changed, or made for another method or by another gateway")]
    WrongSignature,
    #[error("the link has expired: open the object again to get a new one")]
    Expired,
    #[error("the link was signed in the future: the clocks of two gateways disagree")]
    NotYetValid,
}

impl Presented {
    /// Reads a path (starting with `/`) and a query, as they came over the wire.
    ///
    /// A parameter that is unknown or stands twice makes it no link, so that nothing unsigned ever matters.
    pub(crate) fn parse(path: &str, query: &str) -> Result<Self, Refusal> {
        let encoded = path.strip_prefix('/').ok_or(Refusal::Malformed)?;
        let key = encode::decode(encoded).ok_or(Refusal::Malformed)?;
        let key = ObjectKey::parse(key).map_err(|_| Refusal::Malformed)?;
        let parameters = Parameters::parse(query).ok_or(Refusal::Malformed)?;
        parameters.into_presented(key).ok_or(Refusal::Malformed)
    }

    /// Believes it, when its signature and the time say so.
    pub(crate) fn verify(self, link_key: &LinkKey, operation: Operation, now: Timestamp) -> Result<Allowed, Refusal> {
        let (signed_at, expires_in) = (self.signed_at, self.expires_in);
        let claims = Claims { operation, key: &self.key, signed_at, expires_in, overrides: &self.overrides };
        let expected = link_key.signature(&claims);
        if !bool::from(expected.as_bytes().ct_eq(self.signature.as_bytes())) {
            return Err(Refusal::WrongSignature);
        }
        let expires_at = signed_at.expires(expires_in);
        if now >= expires_at {
            return Err(Refusal::Expired);
        }
        if signed_at > now.plus(SKEW) {
            return Err(Refusal::NotYetValid);
        }
        Ok(Allowed { key: self.key, overrides: self.overrides, expires_at })
    }
}

#[derive(Default)]
struct Parameters {
    algorithm: Option<String>,
    date: Option<String>,
    expires: Option<String>,
    signature: Option<String>,
    overrides: ResponseOverrides,
}

impl Parameters {
    fn parse(query: &str) -> Option<Self> {
        let mut found = Self::default();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=')?;
            let place = match encode::decode(name)?.as_str() {
                parameter::ALGORITHM => &mut found.algorithm,
                parameter::DATE => &mut found.date,
                parameter::EXPIRES => &mut found.expires,
                parameter::SIGNATURE => &mut found.signature,
                parameter::CACHE_CONTROL => &mut found.overrides.cache_control,
                parameter::CONTENT_DISPOSITION => &mut found.overrides.content_disposition,
                parameter::CONTENT_TYPE => &mut found.overrides.content_type,
                _ => return None,
            };
            if place.replace(encode::decode_form(value)?).is_some() {
                return None;
            }
        }
        Some(found)
    }

    fn into_presented(self, key: ObjectKey) -> Option<Presented> {
        let expires_in = ExpiresIn::from_seconds(self.expires?.parse().ok()?).ok()?;
        let signed_at = Timestamp::from_unix(self.date?.parse().ok()?);
        let (signature, overrides) = (self.signature?, self.overrides);
        (self.algorithm? == ALGORITHM).then_some(Presented { key, signed_at, expires_in, overrides, signature })
    }
}
