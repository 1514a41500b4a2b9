//! A gateway on a free port, its clock, and what its callers know.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use presign_core::{Clock, FixedEnvironment, Timestamp};
use presign_gateway::{
    Registry, admin,
    bulk::BulkThreads,
    config,
    gateway::Gateway,
    metrics::Metrics,
    serve,
    server::{self, Options},
    snapshot::Surroundings,
    web::{self, Web},
};
use prometheus::IntGauge;
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

use crate::{
    lease::Lease,
    shelf::Shelf,
    wire::{self, Answer},
};

pub(crate) const ALICE: &str = "alice-token-0123456789";
pub(crate) const BOB: &str = "bob-token-0123456789";
pub(crate) const AZURE_KEY: &str =
    "c2VjcmV0LWF6dXJlLWtleS0wMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYg==";
pub(crate) const GOOGLE_SECRET: &str = "google-secret-0123456789abcdefghijklmnopq";
pub(crate) const AWS_SECRET: &str = "aws-secret-0123456789abcdefghijklmnopqrstu";
/// 2027-01-15T08:00:00Z.
pub(crate) const START: i64 = 1_800_000_000;

/// A clock that a test moves.
#[derive(Debug)]
pub(crate) struct ManualClock(AtomicI64);

impl ManualClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(AtomicI64::new(START)))
    }

    /// Sets it to the real time, for a store that knows it.
    pub(crate) fn tell_the_truth(&self) {
        let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap();
        self.0.store(since.as_secs().try_into().unwrap(), Ordering::SeqCst);
    }

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

/// What a test's gateway is configured with, each part as YAML.
pub(crate) struct Setup {
    pub(crate) server: String,
    pub(crate) auth: String,
    pub(crate) signing: String,
    pub(crate) backends: String,
    pub(crate) rules: String,
    pub(crate) ui: String,
    pub(crate) clock: Arc<ManualClock>,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            server: "cors_origins: [https://app.example], login_url: 'https://app.example/login?a=1&b=\"2\"'".into(),
            auth: "provider: static, static: {tokens: [\
                   {token: {env: ALICE}, user: alice, company: c1},\
                   {token: {env: BOB}, user: bob, company: c2, role: guest}]}"
                .into(),
            signing: "min_ttl: 40s".into(),
            backends: "
  google: {type: gcs, credentials: {source: hmac, access_key: GOOGTEST, secret_key: {env: GOOGLE_SECRET}}}
  azure: {type: azure, account: mlstore, credentials: {source: account_key, account_key: {env: AZURE_KEY}}}
  aws: {type: s3, region: eu-west-1, credentials: {source: static, access_key: AKIATEST, secret_key: {env: AWS_SECRET}}}
  shelf: {type: shelf}"
                .into(),
            rules: "
  - {name: refusing, match: {bucket: refusing}}
  - {name: denying, match: {bucket: denied}, backend: google, deny: {users: [alice]}}
  - {name: bobs, match: {bucket: bobs}, backend: google, allow: {users: [bob]}}
  - {name: writable, match: {bucket: writable}, methods: [GET, HEAD, PUT, DELETE], backend: google}
  - {name: brief, match: {bucket: brief}, backend: google, ttl: 45s}
  - {name: aws, match: {bucket: aws-ml}, backend: aws, ttl: 10m}
  - {name: google, match: {bucket: ml}, backend: google, ttl: 10m}
  - {name: azure, match: {glob: 'azure://**'}, backend: azure, ttl: 10m}
  - {name: shelf, match: {glob: 's3://**'}, backend: shelf, ttl: 10m}"
                .into(),
            ui: String::new(),
            clock: ManualClock::new(),
        }
    }
}

/// A gateway that runs.
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) gateway: Arc<Gateway>,
    pub(crate) connections: IntGauge,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
    _threads: BulkThreads,
}

impl World {
    pub(crate) async fn new() -> Self {
        Self::with(Setup::default()).await
    }

    /// With more fields of `server`.
    pub(crate) async fn serving(server: &str) -> Self {
        let setup = Setup::default();
        Self::with(Setup { server: format!("{}, {server}", setup.server), ..setup }).await
    }

    pub(crate) async fn with(setup: Setup) -> Self {
        let clock = Arc::clone(&setup.clock);
        // As in earnest: objects' bytes have threads of their own.
        let threads = BulkThreads::start().unwrap();
        let client = presign_gateway::auth::http_client().unwrap();
        let gateway = Arc::new(make(setup).await.moving_bytes_by(threads.bulk(), client));
        let server = gateway.live().snapshot.config.server.clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let connections = IntGauge::new("connections", "of the test").unwrap();
        let tls = server.tls.as_ref().map(|tls| server::tls(tls, &FixedEnvironment::default()).unwrap().acceptor);
        let options = Options { limits: server.limits, tls, connections: connections.clone(), bulk: threads.bulk() };
        let service = server::WarpService(warp::service(web::routes(Arc::new(Web::new(Arc::clone(&gateway), None)))));
        let (stop, stopped) = oneshot::channel();
        let serving = tokio::spawn(server::serve(listener, service, options, async {
            let _ = stopped.await;
        }));
        Self { address, clock, gateway, connections, stop: Some(stop), serving, _threads: threads }
    }

    /// Asks with these headers.
    pub(crate) async fn ask(&self, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
        wire::exchange(self.address, &wire::request(method, target, headers, "")).await.unwrap()
    }

    /// Asks as Alice, with more headers.
    pub(crate) async fn alice(&self, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
        let bearer = format!("Bearer {ALICE}");
        self.ask(method, target, &[&[("Authorization", bearer.as_str())], headers].concat()).await
    }

    /// Alice's GET.
    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.alice("GET", target, &[]).await
    }

    /// Alice's `POST /v1/presign`.
    pub(crate) async fn post(&self, body: &str) -> Answer {
        self.post_to("/v1/presign", body).await
    }

    /// Alice's `POST` of some JSON.
    pub(crate) async fn post_to(&self, target: &str, body: &str) -> Answer {
        let bearer = format!("Bearer {ALICE}");
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        wire::exchange(self.address, &wire::request("POST", target, &headers, body)).await.unwrap()
    }

    /// Asks the admin side.
    pub(crate) async fn admin(&self, target: &str) -> (u16, String) {
        let request = http::Request::get(target).body(bytes::Bytes::new()).unwrap();
        let response = self.admin_answer(request).await;
        let status = response.status().as_u16();
        let body = http_body_util::BodyExt::collect(response.into_body()).await.unwrap().to_bytes();
        (status, String::from_utf8(body.into()).unwrap())
    }

    async fn admin_answer(&self, request: http::Request<bytes::Bytes>) -> warp::reply::Response {
        let service = warp::service(admin::routes(Arc::clone(&self.gateway)));
        let request = request.map(http_body_util::Full::new);
        tower_service::Service::call(&mut { service }, request).await.unwrap()
    }

    /// The lines of `/metrics` that start so, without comments.
    pub(crate) fn metrics(&self, start: &str) -> Vec<String> {
        let text = String::from_utf8(self.gateway.metrics().encode().unwrap()).unwrap();
        text.lines().filter(|line| line.starts_with(start)).map(str::to_owned).collect()
    }

    /// Asks the server to stop.
    pub(crate) fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
    }

    /// Waits for the server's end.
    pub(crate) async fn stopped(&mut self) {
        (&mut self.serving).await.unwrap();
    }
}

/// A gateway without a listener.
pub(crate) async fn build(setup: Setup) -> Arc<Gateway> {
    Arc::new(make(setup).await)
}

async fn make(setup: Setup) -> Gateway {
    let Setup { server, auth, signing, backends, rules, ui, clock } = setup;
    let text = format!(
        "server: {{{server}}}\nauth: {{{auth}}}\nsigning: {{{signing}}}\nui: {{{ui}}}\nbackends:{backends}\nrules:{rules}\n"
    );
    let environment = environment();
    let registry = Registry::builtin().with::<Shelf>().with::<Lease>();
    let draft = config::read(&text, "test.yaml", &environment, &registry).unwrap_or_else(|error| panic!("{error}"));
    let surroundings = Surroundings {
        registry,
        environment: Arc::new(environment),
        clock,
        metrics: Metrics::new().unwrap(),
        gateway_url: Some("https://gateway.example".to_owned()),
    };
    serve::build(draft, &surroundings).await.unwrap_or_else(|error| panic!("{error}"))
}

fn environment() -> FixedEnvironment {
    FixedEnvironment::new([
        ("ALICE", ALICE),
        ("BOB", BOB),
        ("AZURE_KEY", AZURE_KEY),
        ("GOOGLE_SECRET", GOOGLE_SECRET),
        ("AWS_SECRET", AWS_SECRET),
    ])
}
