//! A token service in this process: it is told what to answer, and is strict about what it is asked.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::{HeaderMap, Method, Request, Response, Uri};
use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Bytes, Incoming},
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// What the service was asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) uri: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// A field of a form in the body, decoded.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let pairs = self.body.split('&').filter_map(|pair| pair.split_once('='));
        let value = pairs.into_iter().find(|(found, _)| *found == name)?.1;
        presign_core::encode::decode(&value.replace('+', " "))
    }

    /// `GET /path?query`.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.uri.path_and_query().unwrap())
    }
}

/// What it answers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
    pub(crate) takes: Duration,
}

pub(crate) fn answer(status: u16, body: impl Into<String>) -> Answer {
    Answer { status, body: body.into(), ..Answer::default() }
}

type Rules = Box<dyn FnMut(&Asked) -> Option<Answer> + Send>;

/// A service that answers by rules. What they do not foresee gets 400, and fails the test.
pub(crate) struct Stub {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    surprises: Arc<Mutex<Vec<String>>>,
    rules: Arc<Mutex<Rules>>,
    task: tokio::task::JoinHandle<()>,
}

impl Stub {
    pub(crate) async fn start(rules: impl FnMut(&Asked) -> Option<Answer> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let surprises = Arc::new(Mutex::new(Vec::new()));
        let rules: Arc<Mutex<Rules>> = Arc::new(Mutex::new(Box::new(rules)));
        let state = (Arc::clone(&asked), Arc::clone(&surprises), Arc::clone(&rules));
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let state = state.clone();
                let service = service_fn(move |request| respond(request, state.clone()));
                let connection =
                    hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
                tokio::spawn(async move { drop(connection.await) });
            }
        });
        Self { address, asked, surprises, rules, task }
    }

    /// Answers otherwise from now on.
    pub(crate) fn now(&self, rules: impl FnMut(&Asked) -> Option<Answer> + Send + 'static) {
        *self.rules.lock().unwrap() = Box::new(rules);
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

impl Drop for Stub {
    fn drop(&mut self) {
        self.task.abort();
        if !std::thread::panicking() {
            let surprises = self.surprises.lock().unwrap();
            assert!(surprises.is_empty(), "the service was asked what it does not know: {surprises:#?}");
        }
    }
}

type State = (Arc<Mutex<Vec<Asked>>>, Arc<Mutex<Vec<String>>>, Arc<Mutex<Rules>>);

async fn respond(request: Request<Incoming>, state: State) -> Result<Response<Full<Bytes>>, Infallible> {
    let (asked, surprises, rules) = state;
    let (parts, body) = request.into_parts();
    let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    let question = Asked { method: parts.method, uri: parts.uri, headers: parts.headers, body };
    asked.lock().unwrap().push(question.clone());
    let found = (rules.lock().unwrap())(&question);
    let found = found.unwrap_or_else(|| {
        surprises.lock().unwrap().push(format!("{question:?}"));
        answer(400, "")
    });
    tokio::time::sleep(found.takes).await;
    let mut response = Response::builder().status(found.status);
    for (name, value) in found.headers {
        response = response.header(name, value);
    }
    Ok(response.body(Full::from(found.body)).unwrap())
}
