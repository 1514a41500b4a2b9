//! Traces, at a collector.

use std::sync::{Arc, Mutex};

use fake_apiserver::{ALICE, FakeApiserver};
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{Span, span::SpanKind},
};
use presign_core::{Clock, Timestamp};
use prost::Message;
use warp::Filter;

use crate::program::{Program, eventually};

const CALLER: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/// Keeps what is sent to it.
struct Collector {
    address: std::net::SocketAddr,
    sent: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl Collector {
    async fn start() -> Self {
        let sent = Arc::new(Mutex::new(Vec::new()));
        let keep = Arc::clone(&sent);
        let limit = warp::body::content_length_limit(1 << 20);
        #[expect(clippy::disallowed_methods, reason = "it is limited")]
        let body = limit.and(warp::body::bytes());
        let routes = warp::path!("v1" / "traces").and(warp::post()).and(body).map(move |body: bytes::Bytes| {
            keep.lock().unwrap().push(body.to_vec());
            warp::reply()
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(warp::serve(routes).incoming(listener).run());
        Self { address, sent }
    }

    fn spans(&self) -> Vec<Span> {
        let sent = self.sent.lock().unwrap();
        let requests = sent.iter().map(|body| ExportTraceServiceRequest::decode(body.as_slice()).unwrap());
        let resources = requests.flat_map(|request| request.resource_spans);
        resources.flat_map(|resource| resource.scope_spans).flat_map(|scope| scope.spans).collect()
    }

    fn heard(&self, text: &str) -> bool {
        let sent = self.sent.lock().unwrap();
        sent.iter().any(|body| body.windows(text.len()).any(|window| window == text.as_bytes()))
    }
}

#[derive(Debug)]
struct Now;

impl Clock for Now {
    fn now(&self) -> Timestamp {
        Timestamp::from_unix(i64::try_from(self.monotonic().as_secs()).unwrap())
    }

    #[expect(clippy::disallowed_methods, reason = "the program under test goes by the machine's clock")]
    fn monotonic(&self) -> std::time::Duration {
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap()
    }
}

fn config(apiserver: &str, traces: &str) -> String {
    format!(
        "
auth: {{provider: clearml, clearml: {{api_server: '{apiserver}'}}}}
backends:
  first: {{type: s3, region: eu-west-1, credentials: {{source: static, access_key: {{file: FOLDER/key}}, secret_key: {{file: FOLDER/key}}}}}}
rules: [{{name: all-of-it, match: {{bucket: first}}, backend: first}}]
traces: {{otlp_endpoint: '{traces}'}}
"
    )
}

fn attribute<'a>(span: &'a Span, name: &str) -> Option<&'a str> {
    use opentelemetry_proto::tonic::common::v1::any_value::Value;
    let of_events = span.events.iter().flat_map(|event| &event.attributes);
    let found = span.attributes.iter().chain(of_events).find(|attribute| attribute.key == name)?;
    match found.value.as_ref()?.value.as_ref()? {
        Value::StringValue(text) => Some(text),
        _ => None,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_a_span_in_its_callers_trace_and_so_is_what_it_waits_for() {
    let collector = Collector::start().await;
    let apiserver = FakeApiserver::start(Arc::new(Now)).await.unwrap();
    let config = config(&apiserver.url(), &format!("http://{}/v1/traces", collector.address));
    let mut program = Program::start(&[("gateway.yaml", &config), ("key", "AKIASECRET")]);
    let token = apiserver.token(ALICE, Some(3600));
    let target = "/?url=s3://first/a-private-key.txt";
    let answer = program.ask_with(target, &token, ("traceparent", CALLER)).await;
    assert_eq!(answer.status(), 302);
    let unsampled = CALLER.replace("-01", "-00");
    assert_eq!(program.ask_with(target, &token, ("traceparent", &unsampled)).await.status(), 302);
    program.signal("TERM");
    assert!(program.ends_well());

    let spans = collector.spans();
    let [request] = spans.iter().filter(|span| span.kind() == SpanKind::Server).collect::<Vec<_>>()[..] else {
        panic!("{spans:?}")
    };
    assert_eq!(request.name, "GET");
    assert_eq!(request.trace_id, 0x0af7_6519_16cd_43dd_8448_eb21_1c80_319c_u128.to_be_bytes());
    assert_eq!(request.parent_span_id, 0xb7ad_6b71_6920_3331_u64.to_be_bytes());
    assert_eq!(attribute(request, "presign.rule"), Some("all-of-it"));
    assert_eq!(attribute(request, "presign.backend"), Some("first"));
    assert_eq!(attribute(request, "presign.outcome"), Some("signed"));
    let [waited] = spans.iter().filter(|span| span.name == "authenticate").collect::<Vec<_>>()[..] else {
        panic!("{spans:?}")
    };
    assert_eq!((&waited.trace_id, &waited.parent_span_id), (&request.trace_id, &request.span_id));
    assert!(collector.heard("presign-gateway") && collector.heard("all-of-it"));
    for secret in [token.as_str(), "AKIASECRET", "a-private-key", "Signature", ALICE.id] {
        assert!(!collector.heard(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_collector_that_is_down_holds_nobody_up_and_is_told_of_once() {
    let apiserver = FakeApiserver::start(Arc::new(Now)).await.unwrap();
    let config = config(&apiserver.url(), "http://127.0.0.1:9/v1/traces");
    let program = Program::start(&[("gateway.yaml", &config), ("key", "AKIASECRET")]);
    let token = apiserver.token(ALICE, Some(3600));
    let said = || async {
        assert_eq!(program.ask("/?url=s3://first/k", &token).await.status(), 302);
        program.log().contains("traces cannot be sent").then_some(())
    };
    eventually("it is told", said).await;
    assert_eq!(program.log().matches("traces cannot be sent").count(), 1);
}
