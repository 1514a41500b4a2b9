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

pub(crate) const USER: &str = "users.get_current_user";
pub(crate) const VALIDATE: &str = "auth.validate_token";
pub(crate) const LOGIN: &str = "auth.login";
pub(crate) const MODES: &str = "login.supported_modes";
pub(crate) const PING: &str = "debug.ping";

pub(crate) type Answer = Result<Arc<Principal>, AuthError>;

/// A clock that a test moves.
#[derive(Debug)]
pub(crate) struct ManualClock(AtomicI64);

impl ManualClock {
    pub(crate) fn advance(&self, seconds: i64) {
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
pub(crate) struct Notes {
    pub(crate) cache: Mutex<Vec<CacheResult>>,
    pub(crate) calls: Mutex<Vec<(&'static str, CallOutcome)>>,
}

impl AuthObserver for Notes {
    fn cache(&self, result: CacheResult) {
        self.cache.lock().unwrap().push(result);
    }

    fn call(&self, endpoint: &'static str, outcome: CallOutcome, _: Duration) {
        self.calls.lock().unwrap().push((endpoint, outcome));
    }
}

pub(crate) struct World {
    pub(crate) server: FakeApiserver,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) notes: Arc<Notes>,
    pub(crate) auth: Arc<dyn Authenticator>,
}

impl World {
    /// With `validation: auto`, and no keys.
    pub(crate) async fn new() -> Self {
        Self::with(json!({})).await
    }

    /// With more, or other, fields of `auth.clearml`.
    pub(crate) async fn with(fields: Value) -> Self {
        let clock = clock();
        let server = apiserver(&clock).await;
        Self::on(server, clock, fields).await
    }

    pub(crate) async fn on(server: FakeApiserver, clock: Arc<ManualClock>, fields: Value) -> Self {
        let notes = Arc::new(Notes::default());
        let auth = build(&clearml(&server.url(), &fields), &clock, &notes).await;
        Self { server, clock, notes, auth }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Asks as the gateway does: without waiting first.
    pub(crate) async fn who(&self, headers: &HeaderMap) -> Answer {
        match self.auth.authenticate_now(headers, self.now()) {
            Some(answer) => answer,
            None => self.auth.authenticate(headers, self.now()).await,
        }
    }

    /// What is known without waiting.
    pub(crate) fn known(&self, headers: &HeaderMap) -> Option<Answer> {
        self.auth.authenticate_now(headers, self.now())
    }

    pub(crate) fn calls(&self, endpoint: &str) -> usize {
        self.server.calls(endpoint)
    }

    /// A token that holds for a day.
    pub(crate) fn token(&self, account: Account) -> String {
        self.server.token(account, Some(86_400))
    }
}

pub(crate) fn clock() -> Arc<ManualClock> {
    Arc::new(ManualClock(AtomicI64::new(1_800_000_000)))
}

pub(crate) async fn apiserver(clock: &Arc<ManualClock>) -> FakeApiserver {
    FakeApiserver::start(Arc::<ManualClock>::clone(clock)).await.unwrap()
}

pub(crate) async fn build(config: &AuthConfig, clock: &Arc<ManualClock>, notes: &Arc<Notes>) -> Arc<dyn Authenticator> {
    let context = AuthContext {
        environment: Arc::new(environment()),
        clock: Arc::<ManualClock>::clone(clock),
        client: http_client().unwrap(),
        observer: Arc::<Notes>::clone(notes),
    };
    auth::build(config, context).await.unwrap()
}

pub(crate) fn environment() -> FixedEnvironment {
    FixedEnvironment::new([
        ("SYSTEM_SECRET", SYSTEM.secret_key),
        ("ADMIN_SECRET", SERVICES_AGENT.secret_key),
        ("TOKEN_SECRET", TOKEN_SECRET),
        ("DEMO_TOKEN", "demo-token-0123456789"),
        ("OTHER_TOKEN", "other-token-0123456789"),
    ])
}

pub(crate) fn clearml(api_server: &str, fields: &Value) -> AuthConfig {
    let mut section = json!({"api_server": api_server, "timeout": "5s"});
    section.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    config(json!({"provider": "clearml", "clearml": section}))
}

pub(crate) fn config(value: Value) -> AuthConfig {
    serde_json::from_value(value).unwrap()
}

/// The fields for keys that may validate tokens.
pub(crate) fn system_keys() -> Value {
    json!({"access_key": SYSTEM.access_key, "secret_key": {"env": "SYSTEM_SECRET"}})
}

/// The fields for keys that may not.
pub(crate) fn admin_keys() -> Value {
    json!({"access_key": SERVICES_AGENT.access_key, "secret_key": {"env": "ADMIN_SECRET"}})
}

pub(crate) fn and(mut fields: Value, more: Value) -> Value {
    if let Value::Object(more) = more {
        fields.as_object_mut().unwrap().extend(more);
    }
    fields
}

pub(crate) fn headers<const N: usize>(pairs: [(&'static str, &str); N]) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
    }
    headers
}

pub(crate) fn bearer(token: &str) -> HeaderMap {
    headers([("authorization", &format!("Bearer {token}"))])
}

pub(crate) fn cookie(value: &str) -> HeaderMap {
    headers([("cookie", value)])
}

pub(crate) fn basic(name: &str, secret: &str) -> HeaderMap {
    headers([("authorization", &format!("Basic {}", STANDARD.encode(format!("{name}:{secret}"))))])
}

/// A token with the payload of another and no signature.
pub(crate) fn unsigned(token: &str) -> String {
    let payload = token.split('.').nth(1).unwrap();
    format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{payload}.")
}
