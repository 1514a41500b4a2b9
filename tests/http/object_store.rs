//! A store with objects, which may be slow, break off, or have no end; and which notices when nobody wants them any more.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::SocketAddr,
    pin::Pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use http::{HeaderMap, Method, Request, Response, StatusCode, header};
use http_body_util::StreamBody;
use hyper::{
    body::{Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, sync::watch};

/// What lies in the store.
#[derive(Debug, Clone)]
pub(crate) enum Object {
    /// Bytes of a type.
    Whole(&'static str, Vec<u8>),
    /// An answer with this status and no object.
    Status(u16),
    /// Half of its length, and then nothing until the store is released.
    Held,
    /// Half of its length, and, when the store is released, the end of the connection.
    Broken,
    /// Zeros, without an end.
    Endless,
}

type Piece = Result<Frame<Bytes>, std::io::Error>;
type Pieces = StreamBody<Pin<Box<dyn Stream<Item = Piece> + Send>>>;

#[derive(Debug)]
struct State {
    objects: Mutex<HashMap<String, Object>>,
    asked: Mutex<Vec<(String, HeaderMap)>>,
    released: watch::Sender<bool>,
    /// Endless objects that nobody wants any more.
    abandoned: watch::Sender<usize>,
    sent: AtomicU64,
}

/// A store on a free port.
#[derive(Debug, Clone)]
pub(crate) struct ObjectStore {
    address: SocketAddr,
    state: Arc<State>,
}

pub(crate) const HALF: usize = 1000;
pub(crate) const TAG: &str = "\"tag\"";
const ZEROS: &[u8] = &[0; 64 * 1024];

impl ObjectStore {
    /// A store with these objects, by `container/key`.
    pub(crate) async fn with(objects: &[(&str, Object)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let state = State {
            objects: Mutex::new(objects.iter().map(|(key, object)| ((*key).to_owned(), object.clone())).collect()),
            asked: Mutex::default(),
            released: watch::Sender::new(false),
            abandoned: watch::Sender::new(0),
            sent: AtomicU64::new(0),
        };
        let store = Self { address: listener.local_addr().unwrap(), state: Arc::new(state) };
        tokio::spawn(accept(listener, Arc::clone(&store.state)));
        store
    }

    /// The backend, for a configuration. Clients are told another address than the gateway uses.
    pub(crate) fn backend(&self) -> String {
        format!(
            "
  stored: {{type: azure, account: mlstore, endpoint: 'http://{}/mlstore', public_endpoint: 'https://blobs.example/mlstore',
           credentials: {{source: account_key, account_key: {{env: AZURE_KEY}}}}}}",
            self.address
        )
    }

    /// Method and key of everything that was asked.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.state.asked.lock().unwrap().iter().map(|(what, _)| what.clone()).collect()
    }

    /// The headers of the last request.
    pub(crate) fn last_headers(&self) -> HeaderMap {
        self.state.asked.lock().unwrap().last().unwrap().1.clone()
    }

    /// Lets held objects go on.
    pub(crate) fn release(&self) {
        self.state.released.send_replace(true);
    }

    /// Waits until an endless object is not wanted any more, and returns how much of it was sent.
    pub(crate) async fn abandoned(&self) -> u64 {
        self.state.abandoned.subscribe().wait_for(|count| *count > 0).await.unwrap();
        self.state.sent.load(Ordering::SeqCst)
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        let service = service_fn(move |request| std::future::ready(Ok::<_, Infallible>(answer(&request, &state))));
        tokio::spawn(async move {
            // A client that goes away is its own business.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

fn answer(request: &Request<Incoming>, state: &Arc<State>) -> Response<Pieces> {
    let key = presign_core::encode::decode(request.uri().path().trim_start_matches("/mlstore/")).unwrap();
    state.asked.lock().unwrap().push((format!("{} {key}", request.method()), request.headers().clone()));
    let object = state.objects.lock().unwrap().get(&key).cloned();
    let is_head = *request.method() == Method::HEAD;
    match object.unwrap_or(Object::Status(404)) {
        Object::Status(status) => {
            let page = Bytes::from_static(b"<html>the store's own page</html>");
            response(status, "text/html", Some(page.len()), if is_head { vec![] } else { vec![page] })
        }
        Object::Whole(content_type, bytes) => whole(request, content_type, bytes.into(), is_head),
        Object::Broken => in_halves(state, Err(std::io::Error::other("broken"))),
        Object::Held => in_halves(state, Ok(half())),
        Object::Endless => {
            let noticed = Abandoned(Arc::clone(state));
            let pieces = stream::repeat_with(move || {
                noticed.0.sent.fetch_add(ZEROS.len() as u64, Ordering::SeqCst);
                Ok(Frame::data(Bytes::from_static(ZEROS)))
            });
            streaming("text/plain", None, pieces)
        }
    }
}

/// The first half, and the second when the store is released.
fn in_halves(state: &State, second: Piece) -> Response<Pieces> {
    let mut released = state.released.subscribe();
    let rest = stream::once(async move {
        released.wait_for(|released| *released).await.unwrap();
        second
    });
    streaming("text/plain", Some(2 * HALF), stream::iter([Ok(half())]).chain(rest))
}

fn half() -> Frame<Bytes> {
    Frame::data(Bytes::from(vec![b'x'; HALF]))
}

fn whole(request: &Request<Incoming>, content_type: &str, bytes: Bytes, is_head: bool) -> Response<Pieces> {
    let header = |name| request.headers().get(name).map(|value: &http::HeaderValue| value.to_str().unwrap());
    if header(header::IF_NONE_MATCH) == Some(TAG) {
        return response(304, content_type, None, vec![]);
    }
    let length = bytes.len();
    match header(header::RANGE) {
        None => response(200, content_type, Some(length), if is_head { vec![] } else { vec![bytes] }),
        Some("bytes=2-4") => {
            let mut part = response(206, content_type, Some(3), vec![bytes.slice(2..5)]);
            part.headers_mut().insert(header::CONTENT_RANGE, format!("bytes 2-4/{length}").parse().unwrap());
            part
        }
        Some(_) => {
            let mut none = response(416, content_type, Some(4), vec![Bytes::from_static(b"<xml")]);
            none.headers_mut().insert(header::CONTENT_RANGE, format!("bytes */{length}").parse().unwrap());
            none
        }
    }
}

fn response(status: u16, content_type: &str, length: Option<usize>, pieces: Vec<Bytes>) -> Response<Pieces> {
    let mut response =
        streaming(content_type, length, stream::iter(pieces.into_iter().map(|piece| Ok(Frame::data(piece)))));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

fn streaming(
    content_type: &str,
    length: Option<usize>,
    pieces: impl Stream<Item = Piece> + Send + 'static,
) -> Response<Pieces> {
    let pieces: Pin<Box<dyn Stream<Item = Piece> + Send>> = Box::pin(pieces);
    let mut builder = Response::builder()
        .header(header::CONTENT_TYPE, content_type)
        .header(header::ETAG, TAG)
        .header(header::ACCEPT_RANGES, "bytes")
        .header(header::CACHE_CONTROL, "public, max-age=31536000")
        .header(header::SET_COOKIE, "store=1")
        .header(header::LOCATION, "/elsewhere")
        .header("x-ms-request-id", "of the store");
    if let Some(length) = length {
        builder = builder.header(header::CONTENT_LENGTH, length);
    }
    builder.body(StreamBody::new(pieces)).unwrap()
}

/// Says when it is dropped.
struct Abandoned(Arc<State>);

impl Drop for Abandoned {
    fn drop(&mut self) {
        self.0.abandoned.send_modify(|count| *count += 1);
    }
}
