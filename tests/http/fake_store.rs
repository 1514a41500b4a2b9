//! A store that knows one answer and counts who asked.

use std::{
    convert::Infallible,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, Ordering},
    },
};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::Empty;
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, sync::watch};

#[derive(Debug)]
struct State {
    status: AtomicU16,
    asked: Mutex<Vec<String>>,
    count: watch::Sender<usize>,
    held: watch::Sender<bool>,
}

/// A store on a free port.
#[derive(Debug, Clone)]
pub(crate) struct FakeStore {
    address: SocketAddr,
    state: Arc<State>,
}

impl FakeStore {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let state = State {
            status: AtomicU16::new(200),
            asked: Mutex::default(),
            count: watch::Sender::new(0),
            held: watch::Sender::new(false),
        };
        let store = Self { address: listener.local_addr().unwrap(), state: Arc::new(state) };
        tokio::spawn(accept(listener, Arc::clone(&store.state)));
        store
    }

    /// The backend, for a configuration.
    pub(crate) fn backend(&self) -> String {
        format!(
            "
  stored: {{type: azure, account: mlstore, endpoint: 'http://{}/mlstore', public_endpoint: 'https://blobs.example/mlstore',
           credentials: {{source: account_key, account_key: {{env: AZURE_KEY}}}}}}",
            self.address
        )
    }

    pub(crate) fn answers(&self, status: u16) {
        self.state.status.store(status, Ordering::SeqCst);
    }

    /// Holds answers back, or lets them go.
    pub(crate) fn hold(&self, held: bool) {
        self.state.held.send_replace(held);
    }

    /// Method and target of everything that was asked.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.asked.lock().unwrap().clone()
    }

    /// Waits until this many questions have arrived.
    pub(crate) async fn was_asked(&self, times: usize) {
        self.state.count.subscribe().wait_for(|count| *count >= times).await.unwrap();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        let service = service_fn(move |request| answer(request, Arc::clone(&state)));
        tokio::spawn(async move {
            // A client that goes away is its own business.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(request: Request<Incoming>, state: Arc<State>) -> Result<Response<Empty<Bytes>>, Infallible> {
    state.asked.lock().unwrap().push(format!("{} {}", request.method(), request.uri()));
    state.count.send_modify(|count| *count += 1);
    state.held.subscribe().wait_for(|held| !held).await.unwrap();
    let mut response = Response::new(Empty::new());
    *response.status_mut() = StatusCode::from_u16(state.status.load(Ordering::SeqCst)).unwrap();
    response.headers_mut().insert(header::LOCATION, header::HeaderValue::from_static("/elsewhere"));
    Ok(response)
}
