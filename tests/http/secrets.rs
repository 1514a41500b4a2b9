//! No token, key or signature is in a log line, or in an answer that is no link.

use std::{
    io,
    sync::{Arc, Mutex},
};

use tracing_subscriber::fmt::MakeWriter;

use crate::{
    fake_store::FakeStore,
    shelf::SIGNATURE,
    tls::Secure,
    world::{ALICE, AWS_SECRET, AZURE_KEY, BOB, GOOGLE_SECRET, Setup, World},
};

/// Everything that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// The values of a URL's signature parameters.
fn signatures(url: &str) -> Vec<String> {
    let (_, query) = url.split_once('?').unwrap_or_default();
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .filter(|(name, _)| matches!(*name, "sig" | "X-Goog-Signature" | "X-Amz-Signature"))
        .map(|(_, value)| value.to_owned())
        .collect()
}

#[tokio::test]
async fn no_secret_is_in_a_log_line_or_a_refusal() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).finish();
    // While there is only one dispatcher, tracing decides once for all threads, by the thread that comes first, whether
    // anybody listens to a log line. That may be the thread of another test.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::new());
    let _guard = tracing::subscriber::set_default(subscriber);

    let store = FakeStore::start().await;
    let setup = Setup::default();
    let rules = format!(
        "\n  - {{name: checked, match: {{glob: 'azure://mlstore/checked/**'}}, backend: stored, check_exists: true}}{}",
        setup.rules
    );
    let backends = format!("{}{}", setup.backends, store.backend());
    let world = World::with(Setup { backends, rules, ..setup }).await;
    let mut secrets: Vec<String> =
        [ALICE, BOB, AWS_SECRET, AZURE_KEY, GOOGLE_SECRET, SIGNATURE, "unknown-token"].map(str::to_owned).into();
    let mut said = String::new();
    for (status, bucket) in [(200, "1"), (404, "2"), (500, "3")] {
        store.answers(status);
        let answer = world.get(&format!("/?url=azure://mlstore/checked/{bucket}")).await;
        secrets.extend(signatures(answer.location()));
        said += &answer.body;
    }
    assert_eq!(store.asked().len(), 3);
    secrets.extend(store.asked().iter().flat_map(|target| signatures(target)));
    for target in [
        "/?url=gs://ml/k",
        "/?url=azure://mlstore/c/k",
        "/?url=s3://aws-ml/k",
        "/?url=s3://b/k",
        "/?url=s3://credentials/k",
        "/?url=s3://outage/k",
        "/?url=s3://internal/k",
        "/?url=s3://foreign/k",
        "/?url=gs://denied/k",
        "/?url=nonsense",
        "/",
    ] {
        for method in ["GET", "HEAD", "PUT", "PATCH", "OPTIONS"] {
            let answer = world.alice(method, target, &[("Cookie", &format!("clearml_token_basic={BOB}"))]).await;
            secrets.extend(signatures(answer.location()));
            said += &answer.body;
            let unknown = world.ask(method, target, &[("Authorization", "Bearer unknown-token")]).await;
            said += &unknown.body;
        }
    }
    said += &world.post(&format!("{{\"url\": \"{ALICE}\", \"{BOB}\": 1}}")).await.body;
    said += &world.post(&format!("\"{ALICE}")).await.body;
    for (_, body) in [world.admin("/metrics").await, world.admin("/readyz").await, world.admin("/v1/config").await] {
        said += &body;
    }
    let (status, location, _) = Secure::with("").await.ask_http2("/?url=gs://ml/secure").await;
    assert_eq!(status, 302);
    secrets.extend(signatures(&location));

    let logged = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(logged.contains("the store refused the key"), "the log was not read");
    assert!(secrets.len() > 12, "links were not read: {}", secrets.len());
    for secret in secrets {
        assert!(!said.contains(&secret), "{secret} in {said}");
        assert!(!logged.contains(&secret), "{secret} in the log");
    }
}
