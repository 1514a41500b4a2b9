//! Requests without a pause, while the configuration changes a hundred times between two that have nothing in common.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use presign_core::{Environment, FixedEnvironment};
use presign_gateway::{
    Registry,
    bulk::Bulk,
    clock::SystemClock,
    config,
    gateway::Gateway,
    metrics::Metrics,
    recording::Recording,
    reload::{Listeners, Reloader, TextSource},
    serve,
    server::{CurrentOptions, Options},
    snapshot::Surroundings,
    web::{self, Web},
};
use prometheus::IntGauge;
use tower_service::Service;

const RELOADS: u64 = 100;
/// Requests that are answered at least between two reloads.
const BETWEEN: u64 = 50;
const CALLERS: u64 = 4;

/// A configuration in which everything has the name `own`: the user whom the one token stands for, the rule that lets only
/// that user in, the backend, its host and its key, and the life of links. What both have in common is `shared`.
fn configuration(own: &str, ttl: u64) -> String {
    format!(
        "
auth: {{provider: static, static: {{tokens: [{{token: {{env: TOKEN}}, user: {own}}}]}}}}
backends:
  {own}:
    type: s3
    region: eu-west-1
    endpoint: https://{own}.example
    credentials: {{source: static, access_key: AKIA{own}, secret_key: {{env: SECRET}}}}
  shared: {{type: s3, region: eu-west-1, credentials: {{source: static, access_key: AKIASHARED, secret_key: {{env: SECRET}}}}}}
rules:
  - {{name: {own}, match: {{glob: 's3://ml/**'}}, allow: {{users: [{own}]}}, backend: {own}, ttl: {ttl}s, rewrite: {{bucket: ml-{own}}}}}
"
    )
}

/// A gateway without listeners, whose configuration is in a file.
struct Loaded {
    gateway: Arc<Gateway>,
    reloader: Reloader,
    folder: tempfile::TempDir,
}

impl Loaded {
    async fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("gateway.yaml");
        fs::write(&file, text).unwrap();
        let environment: Arc<dyn Environment> =
            Arc::new(FixedEnvironment::new([("TOKEN", "a-token"), ("SECRET", "a-secret")]));
        let recording = Arc::new(Recording::new(Arc::clone(&environment)));
        let surroundings = Surroundings {
            registry: Registry::builtin(),
            environment: Arc::clone(&recording) as Arc<dyn Environment>,
            clock: Arc::new(SystemClock::start()),
            metrics: Metrics::new().unwrap(),
            gateway_url: Some("http://127.0.0.1:8080".to_owned()),
        };
        let draft = config::read(text, "gateway.yaml", environment.as_ref(), &surroundings.registry).unwrap();
        let at_start = draft.config().server.clone();
        let gateway = Arc::new(serve::build(draft, &surroundings).await.unwrap());
        let connections = IntGauge::new("connections", "of the test").unwrap();
        let options: CurrentOptions =
            Options { limits: at_start.limits.clone(), tls: None, connections, bulk: Bulk::default() }.into();
        let public_address = at_start.listen;
        let listeners = Listeners { at_start, public_address, public: options.clone(), admin: options };
        let client = presign_gateway::auth::http_client().unwrap();
        let surroundings = Surroundings { environment, ..surroundings };
        let source = TextSource::File(file);
        let reloader = Reloader::new(source, surroundings, Arc::clone(&gateway), client, listeners, recording.finish());
        Self { gateway, reloader, folder }
    }

    async fn change(&mut self, text: &str) -> bool {
        fs::write(self.folder.path().join("gateway.yaml"), text).unwrap();
        self.reloader.reload().await
    }
}

fn request(number: u64) -> Request<Full<Bytes>> {
    let builder = Request::get(format!("/?url=s3://ml/run/{number}.png")).header("authorization", "Bearer a-token");
    builder.body(Full::default()).unwrap()
}

/// Which of the two configurations has decided, after a look at all that it decides.
fn decided_by<B>(answer: &Response<B>) -> String {
    assert_eq!(answer.status(), 302);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let (rule, backend, location) = (header("x-presign-rule"), header("x-presign-backend"), header("location"));
    let ttl = if rule == "one" { 600 } else { 1200 };
    assert_eq!(rule, backend);
    assert!(location.starts_with(&format!("https://{rule}.example/ml-{rule}/run/")), "{location}");
    for part in [format!("X-Amz-Credential=AKIA{rule}%2F"), format!("X-Amz-Expires={ttl}&")] {
        assert!(location.contains(&part), "{part}: {location}");
    }
    rule
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_request_fails_and_none_is_decided_by_a_mixture_of_two_configurations() {
    let (one, two) = (configuration("one", 600), configuration("two", 1200));
    let mut loaded = Loaded::new(&one).await;
    let (stop, answered) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let web = Arc::new(Web::new(Arc::clone(&loaded.gateway), None));
    let callers: Vec<_> = (0..CALLERS)
        .map(|_| {
            let mut service = warp::service(web::routes(Arc::clone(&web)));
            let (stop, answered) = (Arc::clone(&stop), Arc::clone(&answered));
            tokio::spawn(async move {
                let mut seen = std::collections::BTreeMap::<String, u64>::new();
                while !stop.load(Ordering::Relaxed) {
                    let number = answered.fetch_add(1, Ordering::Relaxed);
                    let answer = service.call(request(number)).await.unwrap();
                    *seen.entry(decided_by(&answer)).or_default() += 1;
                    tokio::task::yield_now().await;
                }
                seen
            })
        })
        .collect();
    for reload in 0..RELOADS {
        let enough = answered.load(Ordering::Relaxed) + BETWEEN;
        while answered.load(Ordering::Relaxed) < enough && !callers.iter().any(tokio::task::JoinHandle::is_finished) {
            tokio::task::yield_now().await;
        }
        assert!(loaded.change(if reload % 2 == 0 { &two } else { &one }).await);
    }
    stop.store(true, Ordering::Relaxed);
    for caller in callers {
        let seen = caller.await.unwrap();
        assert!(seen["one"] > RELOADS / 10 && seen["two"] > RELOADS / 10, "{seen:?}");
    }
    assert_eq!(loaded.gateway.live().snapshot.generation, RELOADS + 1);
}

#[tokio::test]
async fn a_backend_that_did_not_change_is_not_built_again_and_an_authenticator_neither() {
    let mut loaded = Loaded::new(&configuration("one", 600)).await;
    let before = loaded.gateway.live();
    assert!(loaded.change(&configuration("one", 700)).await);
    let after = loaded.gateway.live();
    for name in ["one", "shared"] {
        let (old, new) = (before.snapshot.backend(name).unwrap(), after.snapshot.backend(name).unwrap());
        assert!(Arc::ptr_eq(old, new), "{name}");
    }
    assert!(Arc::ptr_eq(&before.authenticator, &after.authenticator));

    let moved = configuration("one", 700).replace("one.example", "elsewhere.example");
    assert!(loaded.change(&moved).await);
    let last = loaded.gateway.live();
    let same = |name: &str| Arc::ptr_eq(before.snapshot.backend(name).unwrap(), last.snapshot.backend(name).unwrap());
    assert!(!same("one") && same("shared"));
    let route = |rule: usize| last.snapshot.route(&last.snapshot.rules.rules()[rule]).unwrap().built_in;
    assert_eq!(route(0), 3, "what was remembered of the other store is not remembered of this one");
    assert!(loaded.change(&configuration("two", 700)).await);
    assert!(!Arc::ptr_eq(&before.authenticator, &loaded.gateway.live().authenticator));
}

#[tokio::test]
async fn a_configuration_that_is_refused_changes_nothing_at_all() {
    let mut loaded = Loaded::new(&configuration("one", 600)).await;
    let before = loaded.gateway.live();
    for broken in ["", "auth: {provider: none}\nrules: [{name: x}]\n", "not: [yaml"] {
        assert!(!loaded.change(broken).await, "{broken}");
        assert!(Arc::ptr_eq(&before, &loaded.gateway.live()));
        assert!(!loaded.gateway.last_reload().unwrap().problems.is_empty());
    }
    assert!(loaded.change(&configuration("one", 600)).await);
    assert_eq!(loaded.gateway.last_reload().unwrap().problems, [""; 0]);
}
