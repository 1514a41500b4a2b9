//! An apiserver, a clock, and an authenticator between them.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use fake_apiserver::{Account, FakeApiserver, SERVICES_AGENT, SYSTEM, TOKEN_SECRET};
use http::{HeaderMap, HeaderName, HeaderValue};
use presign_core::{Clock, FixedEnvironment, Timestamp};
use presign_gateway::{
    auth::{
        self, AuthContext, AuthError, AuthObserver, Authenticator, CacheResult, CallOutcome, Principal, http_client,
    },
    config::AuthConfig,
};
use serde_json::{Value, json};

pub const USER: &str = "users.get_current_user";
pub const VALIDATE: &str = "auth.validate_token";
pub const LOGIN: &str = "auth.login";
pub const MODES: &str = "login.supported_modes";
pub const PING: &str = "debug.ping";

pub type Answer = Result<Arc<Principal>, AuthError>;

/// A clock that a test moves.
#[derive(Debug)]
pub struct ManualClock(AtomicI64);

impl ManualClock {
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(self.0.load(Ordering::SeqCst))
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

/// Writes down what it is told.
#[derive(Debug, Default)]
pub struct Notes {
    pub cache: Mutex<Vec<CacheResult>>,
    pub calls: Mutex<Vec<(&'static str, CallOutcome)>>,
}

impl AuthObserver for Notes {
    fn cache(&self, result: CacheResult) {
        self.cache.lock().unwrap().push(result);
    }

    fn call(&self, endpoint: &'static str, outcome: CallOutcome, _: Duration) {
        self.calls.lock().unwrap().push((endpoint, outcome));
    }
}

pub struct World {
    pub server: FakeApiserver,
    pub clock: Arc<ManualClock>,
    pub notes: Arc<Notes>,
    pub auth: Arc<dyn Authenticator>,
}

impl World {
    /// With `validation: auto`, and no keys.
    pub async fn new() -> Self {
        Self::with(json!({})).await
    }

    /// With more, or other, fields of `auth.clearml`.
    pub async fn with(fields: Value) -> Self {
        let clock = clock();
        let server = FakeApiserver::start(clock.clone()).await.unwrap();
        Self::on(server, clock, fields).await
    }

    pub async fn on(server: FakeApiserver, clock: Arc<ManualClock>, fields: Value) -> Self {
        let notes = Arc::new(Notes::default());
        let auth = auth::build(&clearml(&server.url(), fields), context(clock.clone(), notes.clone())).await.unwrap();
        Self { server, clock, notes, auth }
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Asks as the gateway does: without waiting first.
    pub async fn who(&self, headers: &HeaderMap) -> Answer {
        match self.auth.authenticate_now(headers, self.now()) {
            Some(answer) => answer,
            None => self.auth.authenticate(headers, self.now()).await,
        }
    }

    /// What is known without waiting.
    pub fn known(&self, headers: &HeaderMap) -> Option<Answer> {
        self.auth.authenticate_now(headers, self.now())
    }

    pub fn calls(&self, endpoint: &str) -> usize {
        self.server.calls(endpoint)
    }

    /// A token that holds for a day.
    pub fn token(&self, account: Account) -> String {
        self.server.token(account, Some(86_400))
    }
}

pub fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock(AtomicI64::new(1_800_000_000)))
}

pub fn context(clock: Arc<dyn Clock>, observer: Arc<dyn AuthObserver>) -> AuthContext {
    let environment = FixedEnvironment::new([
        ("SYSTEM_SECRET", SYSTEM.secret_key),
        ("ADMIN_SECRET", SERVICES_AGENT.secret_key),
        ("TOKEN_SECRET", TOKEN_SECRET),
        ("DEMO_TOKEN", "demo-token-0123456789"),
        ("OTHER_TOKEN", "other-token-0123456789"),
    ]);
    AuthContext { environment: Arc::new(environment), clock, client: http_client().unwrap(), observer }
}

pub fn clearml(api_server: &str, fields: Value) -> AuthConfig {
    let mut section = json!({"api_server": api_server, "timeout": "5s"});
    section.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    config(json!({"provider": "clearml", "clearml": section}))
}

pub fn config(value: Value) -> AuthConfig {
    serde_json::from_value(value).unwrap()
}

/// The fields for keys that may validate tokens.
pub fn system_keys() -> Value {
    json!({"access_key": SYSTEM.access_key, "secret_key": {"env": "SYSTEM_SECRET"}})
}

/// The fields for keys that may not.
pub fn admin_keys() -> Value {
    json!({"access_key": SERVICES_AGENT.access_key, "secret_key": {"env": "ADMIN_SECRET"}})
}

pub fn and(mut fields: Value, more: Value) -> Value {
    fields.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fields
}

pub fn headers<const N: usize>(pairs: [(&'static str, &str); N]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    headers
}

pub fn bearer(token: &str) -> HeaderMap {
    headers([("authorization", &format!("Bearer {token}"))])
}

pub fn cookie(value: &str) -> HeaderMap {
    headers([("cookie", value)])
}

pub fn basic(name: &str, secret: &str) -> HeaderMap {
    headers([("authorization", &format!("Basic {}", STANDARD.encode(format!("{name}:{secret}"))))])
}

/// A token with the payload of another and no signature.
pub fn unsigned(token: &str) -> String {
    let payload = token.split('.').nth(1).unwrap();
    format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{payload}.")
}
