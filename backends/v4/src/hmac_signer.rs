//! Signing with an access key and a secret.

use std::{
    fmt,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aws_sigv4::sign::v4::generate_signing_key;
use presign_core::Timestamp;
use secrecy::{ExposeSecret, SecretString};

use crate::{Explanation, PresignRequest, Scope, dialect::Dialect, mac::MacKey, scope::DayScope};

/// Signs with a secret, from which a key is derived for each day. The last day's key is kept.
pub struct HmacSigner {
    scope: Scope,
    secret: SecretString,
    day: RwLock<Option<Arc<Day>>>,
}

/// What stays the same for all of one UTC day.
struct Day {
    number: i64,
    scope: DayScope,
    key: MacKey,
}

impl HmacSigner {
    /// A signer of AWS4-HMAC-SHA256: S3 and whatever speaks its language.
    pub fn aws4(
        access_key: impl Into<String>,
        secret: SecretString,
        region: impl Into<String>,
        service: impl Into<String>,
    ) -> Self {
        Self::new(Scope::new(Dialect::AWS4_HMAC, access_key.into(), region.into(), service.into()), secret)
    }

    /// A signer of GOOG4-HMAC-SHA256: Google Cloud Storage with an HMAC key.
    pub fn goog4(
        access_key: impl Into<String>,
        secret: SecretString,
        region: impl Into<String>,
        service: impl Into<String>,
    ) -> Self {
        Self::new(Scope::new(Dialect::GOOG4_HMAC, access_key.into(), region.into(), service.into()), secret)
    }

    const fn new(scope: Scope, secret: SecretString) -> Self {
        Self { scope, secret, day: RwLock::new(None) }
    }

    /// With the token that belongs to a temporary access key.
    #[must_use]
    pub fn with_session_token(mut self, token: &SecretString) -> Self {
        self.scope.set_session_token(token);
        self
    }

    /// The signed URL: a bearer secret.
    #[must_use]
    pub fn sign(&self, request: &PresignRequest<'_>) -> String {
        let day = self.day_of(request.signed_at);
        let unsigned = self.scope.unsigned_on(&day.scope, request);
        let signature = day.key.sign(unsigned.string_to_sign().as_bytes());
        unsigned.with_signature(&signature)
    }

    /// What is signed for a request, for people to read. The session token is redacted.
    #[must_use]
    pub fn explain(&self, request: &PresignRequest<'_>) -> Explanation {
        self.scope.explain(request)
    }

    fn day_of(&self, time: Timestamp) -> Arc<Day> {
        let cached = self.day.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(Arc::clone);
        if let Some(day) = cached.filter(|day| day.number == time.day()) {
            return day;
        }
        let scope = self.scope.on_day_of(time);
        let day = Arc::new(Day { number: time.day(), scope, key: self.derive_key(time) });
        *self.day.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&day));
        day
    }

    fn derive_key(&self, time: Timestamp) -> MacKey {
        let (secret, scope) = (self.secret.expose_secret(), &self.scope);
        if scope.dialect == Dialect::AWS4_HMAC {
            let key = generate_signing_key(secret, system_time(time), &scope.region, &scope.service);
            return MacKey::new(key.as_ref());
        }
        let first = MacKey::new(format!("{}{secret}", scope.dialect.secret_prefix).as_bytes());
        [&time.date_basic(), &scope.region, &scope.service, scope.dialect.terminator]
            .into_iter()
            .fold(first, |key, text| MacKey::new(&key.sign(text.as_bytes())))
    }
}

fn system_time(time: Timestamp) -> SystemTime {
    let distance = Duration::from_secs(time.unix().unsigned_abs());
    let moved = if time.unix() < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) };
    moved.unwrap_or(UNIX_EPOCH)
}

impl fmt::Debug for HmacSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HmacSigner").field("scope", &self.scope).finish_non_exhaustive()
    }
}
