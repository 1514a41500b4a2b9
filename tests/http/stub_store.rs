//! A store that speaks S3's language of uploads, keeps everything in memory, and can be told to fail.

use std::{
    collections::BTreeMap,
    convert::Infallible,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, sync::watch};

/// How the store fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Answers this part with 500, once it has it.
    Part(u32),
    /// Closes the connection in the middle of the body.
    DiesHalfWay,
    /// Answers 403 to every write, once it has it.
    Refuses,
    /// Says 200 to a completion, and then that it failed.
    FailsToComplete,
    /// Reads nothing, and says nothing.
    Sleeps,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stored {
    pub(crate) bytes: Bytes,
    pub(crate) content_type: String,
}

#[derive(Debug, Default)]
struct Contents {
    objects: BTreeMap<String, Stored>,
    /// By id: the object's path, its type, and the parts.
    uploads: BTreeMap<String, (String, String, BTreeMap<u32, Bytes>)>,
    asked: Vec<String>,
    authorized: bool,
    fault: Option<Fault>,
    next: u32,
}

/// The store, on a free port.
#[derive(Debug, Clone)]
pub(crate) struct StubStore {
    address: SocketAddr,
    contents: Arc<Mutex<Contents>>,
    changes: watch::Sender<usize>,
}

impl StubStore {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let store = Self { address, contents: Arc::default(), changes: watch::Sender::new(0) };
        tokio::spawn(accept(listener, store.clone()));
        store
    }

    /// The backend, for a configuration.
    pub(crate) fn backend(&self) -> String {
        format!(
            "
  stub: {{type: minio, endpoint: 'http://{}', public_endpoint: 'https://stub.example',
         credentials: {{source: static, access_key: AKIATEST, secret_key: {{env: AWS_SECRET}}}}}}",
            self.address
        )
    }

    pub(crate) fn fail(&self, fault: Fault) {
        self.contents.lock().unwrap().fault = Some(fault);
    }

    pub(crate) fn object(&self, path: &str) -> Option<Stored> {
        self.contents.lock().unwrap().objects.get(path).cloned()
    }

    /// How many uploads in parts were begun, and neither completed nor aborted.
    pub(crate) fn open_uploads(&self) -> usize {
        self.contents.lock().unwrap().uploads.len()
    }

    /// Method and target of everything that was asked, without the signature's parameters.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.contents.lock().unwrap().asked.clone()
    }

    /// Whether a caller's own token has come as far as this.
    pub(crate) fn saw_authorization(&self) -> bool {
        self.contents.lock().unwrap().authorized
    }

    /// Waits until this is so.
    pub(crate) async fn until(&self, holds: impl Fn(&Self) -> bool) {
        self.changes.subscribe().wait_for(|_| holds(self)).await.unwrap();
    }
}

async fn accept(listener: TcpListener, store: StubStore) {
    while let Ok((stream, _)) = listener.accept().await {
        let store = store.clone();
        let service = service_fn(move |request| answer(request, store.clone()));
        tokio::spawn(async move {
            // A client that goes away is its own business, and so is a fault that closes the connection.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

type Answered = Response<Full<Bytes>>;

async fn answer(request: Request<Incoming>, store: StubStore) -> Result<Answered, std::io::Error> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let query = parameters(parts.uri.query().unwrap_or_default());
    let fault = {
        let mut contents = store.contents.lock().unwrap();
        contents.asked.push(format!("{} {path}{}", parts.method, shown(&query)));
        contents.authorized |= parts.headers.contains_key("authorization");
        contents.fault
    };
    store.changes.send_modify(|count| *count += 1);
    let sends = parts.method == Method::PUT;
    if fault == Some(Fault::Sleeps) && sends {
        std::future::pending::<Infallible>().await;
    }
    let bytes = if fault == Some(Fault::DiesHalfWay) && sends {
        let mut body = body;
        let _ = body.frame().await;
        return Err(std::io::Error::other("the store dies"));
    } else {
        // A body that breaks off is no request, as for any store.
        body.collect().await.map_err(std::io::Error::other)?.to_bytes()
    };
    if fault == Some(Fault::Refuses) && sends {
        return Ok(said(StatusCode::FORBIDDEN, "<Error><Code>AccessDenied</Code></Error>"));
    }
    let answer = store.contents.lock().unwrap().carry_out(&parts.method, &path, &query, &parts.headers, bytes);
    store.changes.send_modify(|count| *count += 1);
    Ok(answer)
}

impl Contents {
    fn carry_out(
        &mut self,
        method: &Method,
        path: &str,
        query: &BTreeMap<String, String>,
        headers: &HeaderMap,
        bytes: Bytes,
    ) -> Answered {
        let content_type = headers.get("content-type").map_or("", |value| value.to_str().unwrap()).to_owned();
        match (method.as_str(), query.get("uploadId"), query.get("partNumber")) {
            ("POST", None, None) if query.contains_key("uploads") => {
                self.next += 1;
                let id = format!("upload+{}/=", self.next);
                self.uploads.insert(id.clone(), (path.to_owned(), content_type, BTreeMap::new()));
                let text =
                    format!("<InitiateMultipartUploadResult><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
                said(StatusCode::OK, &text)
            }
            ("PUT", Some(id), Some(number)) => {
                let number = number.parse().unwrap();
                let Some((_, _, parts)) = self.uploads.get_mut(id) else { return no_such_upload() };
                parts.insert(number, bytes);
                if self.fault == Some(Fault::Part(number)) {
                    return said(StatusCode::INTERNAL_SERVER_ERROR, "<Error><Code>InternalError</Code></Error>");
                }
                let mut answer = said(StatusCode::OK, "");
                answer.headers_mut().insert("etag", format!("\"part-{number}\"").parse().unwrap());
                answer
            }
            ("POST", Some(_), None) if self.fault == Some(Fault::FailsToComplete) => {
                said(StatusCode::OK, "<Error><Code>InternalError</Code></Error>")
            }
            ("POST", Some(id), None) => {
                let Some((object, content_type, parts)) = self.uploads.remove(id) else { return no_such_upload() };
                let part =
                    |n: &u32| format!("<Part><PartNumber>{n}</PartNumber><ETag>&quot;part-{n}&quot;</ETag></Part>");
                let expected = parts.keys().map(part).collect::<Vec<_>>().concat();
                assert_eq!(bytes, format!("<CompleteMultipartUpload>{expected}</CompleteMultipartUpload>"));
                assert_eq!(object, path);
                let bytes = parts.into_values().flatten().collect();
                self.objects.insert(object, Stored { bytes, content_type });
                said(StatusCode::OK, "<CompleteMultipartUploadResult/>")
            }
            ("DELETE", Some(id), None) => match self.uploads.remove(id) {
                Some(_) => said(StatusCode::NO_CONTENT, ""),
                None => no_such_upload(),
            },
            ("PUT", None, None) => {
                self.objects.insert(path.to_owned(), Stored { bytes, content_type });
                said(StatusCode::OK, "")
            }
            ("DELETE", None, None) => {
                self.objects.remove(path);
                said(StatusCode::NO_CONTENT, "")
            }
            _ => said(StatusCode::METHOD_NOT_ALLOWED, ""),
        }
    }
}

fn no_such_upload() -> Answered {
    said(StatusCode::NOT_FOUND, "<Error><Code>NoSuchUpload</Code></Error>")
}

fn said(status: StatusCode, text: &str) -> Answered {
    let mut answer = Response::new(Full::new(Bytes::from(text.to_owned())));
    *answer.status_mut() = status;
    answer
}

/// The query, without what belongs to the signature.
fn parameters(query: &str) -> BTreeMap<String, String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let own = pairs.filter(|(name, _)| !name.starts_with("X-Amz-"));
    own.map(|(name, value)| (name.to_owned(), presign_core::encode::decode(value).unwrap())).collect()
}

fn shown(query: &BTreeMap<String, String>) -> String {
    let shown: Vec<_> = query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    if shown.is_empty() { String::new() } else { format!("?{}", shown.join("&")) }
}
