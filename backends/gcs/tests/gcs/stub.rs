//! Google's token services and IAM, on this machine: strict about what they are asked, and able to fail.
//!
//! Nothing real stands in for them: no emulator has them. The signatures are real, by the key that signed Google's
//! vectors.

use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
    fs,
    sync::{Arc, Mutex, MutexGuard},
    thread,
    time::Duration,
};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use http_body_util::{BodyExt, Full};
use hyper::{
    Request, Response,
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use presign_core::{Timestamp, encode};
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::{amazon, google};

/// An answer that is not the right one.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<u64>,
    pub(crate) body: Value,
}

pub(crate) fn fault(status: u16) -> Fault {
    Fault { status, retry_after: None, body: json!({"error": {"code": status, "message": "stub"}}) }
}

/// What IAM says to who has no permission, and also to who asks too often.
pub(crate) fn denied() -> Fault {
    let message = "Permission 'iam.serviceAccounts.signBlob' denied on resource (or it may not exist).";
    let body = json!({"error": {"code": 403, "status": "PERMISSION_DENIED", "message": message,
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "IAM_PERMISSION_DENIED"}]}});
    Fault { status: 403, retry_after: None, body }
}

/// The services that there are.
pub(crate) const METADATA: &str = "metadata token";
pub(crate) const EMAIL: &str = "metadata email";
pub(crate) const OAUTH: &str = "oauth";
pub(crate) const STS: &str = "sts";
pub(crate) const SUBJECT: &str = "subject token";
pub(crate) const IMDS: &str = "AWS's metadata";
pub(crate) const IMPERSONATE: &str = "generateAccessToken";
pub(crate) const SIGN: &str = "signBlob";

#[derive(Default)]
struct State {
    calls: BTreeMap<&'static str, usize>,
    faults: BTreeMap<&'static str, VecDeque<Fault>>,
    always: BTreeMap<&'static str, Fault>,
    latency: Duration,
    now: i64,
    /// What the last token is called; only this one counts.
    issued: usize,
    life: Option<i64>,
    under_way: usize,
    most_under_way: usize,
    delegates: Option<Value>,
    violations: Vec<String>,
}

/// The services, at one address.
pub(crate) struct Stub {
    pub(crate) address: String,
    state: Arc<Mutex<State>>,
    pub(crate) email: String,
}

struct Signer {
    key: RsaKeyPair,
    email: String,
}

impl Stub {
    /// Starts them; `now` is the time on their clock.
    pub(crate) async fn start(now: Timestamp) -> Self {
        let file: Value = serde_json::from_str(&fs::read_to_string(google::key_file()).unwrap()).unwrap();
        let der = PrivatePkcs8KeyDer::from_pem_slice(file["private_key"].as_str().unwrap().as_bytes()).unwrap();
        let key = RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap();
        let email = file["client_email"].as_str().unwrap().to_owned();
        let signer = Arc::new(Signer { key, email: email.clone() });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let state = Arc::new(Mutex::new(State { now: now.unix(), ..State::default() }));
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let (state, signer) = (Arc::clone(&shared), Arc::clone(&signer));
                let service = service_fn(move |request| answer(Arc::clone(&state), Arc::clone(&signer), request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { address, state, email }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// How often a service was asked.
    pub(crate) fn calls(&self, service: &str) -> usize {
        self.state().calls.get(service).copied().unwrap_or(0)
    }

    /// The service gives these answers first.
    pub(crate) fn fail(&self, service: &'static str, faults: impl IntoIterator<Item = Fault>) {
        self.state().faults.entry(service).or_default().extend(faults);
    }

    /// The service gives this answer until told otherwise.
    pub(crate) fn break_down(&self, service: &'static str, fault: Fault) {
        self.state().always.insert(service, fault);
    }

    pub(crate) fn mend(&self, service: &'static str) {
        self.state().always.remove(service);
    }

    pub(crate) fn take(&self, latency: Duration) {
        self.state().latency = latency;
    }

    /// How many seconds tokens live: an hour unless told otherwise.
    pub(crate) fn tokens_live(&self, seconds: i64) {
        self.state().life = Some(seconds);
    }

    /// Tokens that were issued are good no more.
    pub(crate) fn revoke(&self) {
        self.state().issued += 1;
    }

    pub(crate) fn most_under_way(&self) -> usize {
        self.state().most_under_way
    }

    /// Whom `signBlob` has to be asked through.
    pub(crate) fn expect_delegates(&self, delegates: Value) {
        self.state().delegates = Some(delegates);
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        if !thread::panicking() {
            assert_eq!(self.state().violations, [""; 0], "the services were asked for what they do not know");
        }
    }
}

type Answer = (u16, Value);

async fn answer(
    state: Arc<Mutex<State>>,
    signer: Arc<Signer>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    let header = |name: &str| parts.headers.get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let asked = Asked {
        method: parts.method.to_string(),
        target: parts.uri.to_string(),
        authorization: header("authorization"),
        flavor: header("metadata-flavor"),
        imds: (header("x-aws-ec2-metadata-token"), header("x-aws-ec2-metadata-token-ttl-seconds")),
        content_type: header("content-type"),
        body: String::from_utf8(body.to_vec()).unwrap(),
    };
    let (service, fault, latency) = {
        let mut state = state.lock().unwrap();
        let service = asked.service(&signer.email);
        *state.calls.entry(service).or_default() += 1;
        state.under_way += 1;
        state.most_under_way = state.most_under_way.max(state.under_way);
        let queued = state.faults.get_mut(service).and_then(VecDeque::pop_front);
        (service, queued.or_else(|| state.always.get(service).cloned()), state.latency)
    };
    tokio::time::sleep(latency).await;
    let mut state = state.lock().unwrap();
    state.under_way -= 1;
    let mut response = Response::builder().header("metadata-flavor", "Google");
    let (status, body) = match fault {
        Some(fault) => {
            if let Some(seconds) = fault.retry_after {
                response = response.header("retry-after", seconds);
            }
            (fault.status, fault.body)
        }
        None => asked.answer(service, &mut state, &signer),
    };
    let text = body.as_str().map_or_else(|| body.to_string(), str::to_owned);
    Ok(response.status(status).body(Full::from(text)).unwrap())
}

struct Asked {
    method: String,
    target: String,
    authorization: String,
    flavor: String,
    /// The session with Amazon's metadata service, and how long a new one is to be.
    imds: (String, String),
    content_type: String,
    body: String,
}

impl Asked {
    fn service(&self, email: &str) -> &'static str {
        let account = format!("/v1/projects/-/serviceAccounts/{email}:");
        let metadata = "/computeMetadata/v1/instance/service-accounts/default/";
        match (self.method.as_str(), self.target.as_str()) {
            ("GET", target) if target == format!("{metadata}token") => METADATA,
            ("GET", target) if target == format!("{metadata}email") => EMAIL,
            ("POST", "/oauth") => OAUTH,
            ("POST", "/sts") => STS,
            ("GET", "/subject") => SUBJECT,
            (_, target) if target.starts_with("/latest/") => IMDS,
            ("POST", target) if target == format!("{account}generateAccessToken") => IMPERSONATE,
            ("POST", target) if target == format!("{account}signBlob") => SIGN,
            _ => "nothing",
        }
    }

    fn answer(&self, service: &str, state: &mut State, signer: &Signer) -> Answer {
        let bearer = format!("Bearer token-{}", state.issued);
        let wrong = match service {
            METADATA | EMAIL => self.flavor != "Google",
            OAUTH => {
                let body = "grant_type=refresh_token&client_id=cl%20i%26d&client_secret=se%3Dcret&refresh_token=1%2F%2Frefresh";
                self.content_type != "application/x-www-form-urlencoded" || self.body != body
            }
            IMDS => self.metadata_of_amazon().is_none(),
            STS => self.is_wrong_exchange(Timestamp::from_unix(state.now)),
            SUBJECT => self.flavor != "subject",
            // Without the right token the answer is 401, which is no violation: tokens can be revoked.
            IMPERSONATE | SIGN
                if self.authorization != bearer && !is_self_signed(&self.authorization, signer, state.now) =>
            {
                return (401, json!({"error": {"code": 401, "status": "UNAUTHENTICATED", "message": "bad token"}}));
            }
            IMPERSONATE => {
                let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
                body != json!({"scope": ["https://www.googleapis.com/auth/cloud-platform"], "lifetime": "3600s"})
            }
            SIGN => {
                let body: Value = serde_json::from_str(&self.body).unwrap_or_default();
                body.get("delegates") != state.delegates.as_ref() || !body["payload"].is_string()
            }
            _ => true,
        };
        if wrong {
            state.violations.push(format!("{} {} {}", self.method, self.target, self.body));
            return (400, json!({"error": {"code": 400, "message": "not as documented"}}));
        }
        let life = state.life.unwrap_or(3600);
        match service {
            EMAIL => (200, json!(signer.email)),
            SUBJECT => (200, json!({"here": "subject token"})),
            IMDS => (200, self.metadata_of_amazon().unwrap()),
            IMPERSONATE => {
                state.issued += 1;
                let end = Timestamp::from_unix(state.now + life).to_string();
                (200, json!({"accessToken": format!("token-{}", state.issued), "expireTime": end}))
            }
            SIGN => {
                let body: Value = serde_json::from_str(&self.body).unwrap();
                (200, json!({"keyId": "1", "signedBlob": signer.sign(body["payload"].as_str().unwrap())}))
            }
            _ => {
                state.issued += 1;
                let token = format!("token-{}", state.issued);
                (200, json!({"access_token": token, "expires_in": life, "token_type": "Bearer"}))
            }
        }
    }
}

impl Asked {
    fn is_wrong_exchange(&self, now: Timestamp) -> bool {
        if let Some(token) = self.subject_token_of_amazon() {
            return !amazon::vouches(&token, "//iam.googleapis.com/pool", now);
        }
        let urn = "urn%3Aietf%3Aparams%3Aoauth%3A";
        let body = format!(
            "grant_type={urn}grant-type%3Atoken-exchange&requested_token_type={urn}token-type%3Aaccess_token\
             &audience=%2F%2Fiam.googleapis.com%2Fpool&scope=https%3A%2F%2Fwww.googleapis.com%2Fauth%2Fcloud-platform\
             &subject_token_type={urn}token-type%3Ajwt&subject_token=subject%20token"
        );
        self.content_type != "application/x-www-form-urlencoded" || self.body != body
    }

    fn metadata_of_amazon(&self) -> Option<Value> {
        amazon::metadata(&self.method, &self.target, &self.imds.0, &self.imds.1)
    }

    fn subject_token_of_amazon(&self) -> Option<String> {
        let kind = format!("subject_token_type={}", encode::query(amazon::TOKEN_TYPE));
        self.body.split('&').find(|field| *field == kind)?;
        let token = self.body.split('&').find_map(|field| field.strip_prefix("subject_token="))?;
        encode::decode(token)
    }
}

impl Signer {
    fn sign(&self, payload: &str) -> String {
        let message = BASE64_STANDARD.decode(payload).unwrap();
        let mut signature = vec![0; self.key.public_modulus_len()];
        self.key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), &message, &mut signature).unwrap();
        BASE64_STANDARD.encode(signature)
    }
}

/// Whether a token is one that the account's own key signed.
fn is_self_signed(authorization: &str, signer: &Signer, now: i64) -> bool {
    let parts: Vec<_> = authorization.strip_prefix("Bearer ").unwrap_or("").split('.').collect();
    let &[header, claims, signature] = parts.as_slice() else { return false };
    let decoded = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).unwrap_or_default();
    let json = |part: &str| serde_json::from_slice::<Value>(&decoded(part)).unwrap_or_default();
    let expected = json!({"iss": signer.email, "sub": signer.email, "iat": now, "exp": now + 3600,
        "scope": "https://www.googleapis.com/auth/cloud-platform"});
    json(header) == json!({"alg": "RS256", "typ": "JWT"})
        && json(claims) == expected
        && BASE64_STANDARD.encode(decoded(signature))
            == signer.sign(&BASE64_STANDARD.encode(format!("{header}.{claims}")))
}
