//! The filters: which request goes where.

use std::sync::Arc;

use bytes::{Buf, Bytes};
use futures::{Stream, StreamExt};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use warp::{Filter, path::FullPath, reply::Response as WarpResponse};

use super::{
    answer::Answer,
    batch::{Batch, InvalidBatch},
    client,
    context::Context,
    cors,
    demo::Demo,
    problem::{self, Problem},
    request_id::RequestIds,
};
use crate::{
    gateway::{Gateway, Live},
    record::Asking,
    refusal::Refusal,
    server::Peer,
};

/// Where lists of links are asked for.
pub(super) const BATCH: &str = "/v1/presign";

/// The methods that objects are asked for by.
pub(super) const OBJECT_METHODS: &str = "GET, HEAD, PUT, DELETE";

/// The public side of the gateway.
#[derive(Debug)]
pub struct Web {
    pub(super) gateway: Arc<Gateway>,
    pub(super) demo: Option<Demo>,
    ids: RequestIds,
}

/// A request without its body.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) method: Method,
    path: FullPath,
    pub(super) query: String,
    pub(super) headers: HeaderMap,
    pub(super) id: String,
    pub(super) live: Arc<Live>,
    /// The other end of the connection.
    peer: Option<Peer>,
}

impl Web {
    /// Serves a gateway; `demo` is what the start page shows of the embedded demonstration.
    #[must_use]
    pub fn new(gateway: Arc<Gateway>, demo: Option<Demo>) -> Self {
        Self { gateway, demo, ids: RequestIds::new() }
    }

    fn head(&self, method: Method, path: FullPath, query: String, headers: HeaderMap, peer: Option<Peer>) -> Head {
        Head { method, path, query, headers, id: self.ids.next(), live: self.gateway.live(), peer }
    }
}

impl Head {
    /// The path below the base path, starting with `/`, still encoded; `None` outside of it.
    pub(super) fn path(&self) -> Option<&str> {
        let rest = self.path.as_str().strip_prefix(self.live.snapshot.config.server.base_path.as_str())?;
        match rest {
            "" => Some("/"),
            rest if rest.starts_with('/') => Some(rest),
            _ => None,
        }
    }

    /// The request, for log and audit.
    pub(super) fn asking(&self) -> Asking<'_> {
        let client = self.peer.map(|Peer(peer)| client::address(peer.ip(), &self.headers, &self.live.trusted_proxies));
        Asking { request_id: &self.id, client, item: None }
    }

    pub(super) fn context(&self) -> Context<'_> {
        let server = &self.live.snapshot.config.server;
        Context {
            method: &self.method,
            headers: &self.headers,
            request_id: &self.id,
            login_url: server.login_url.as_deref(),
            cors_origins: &server.cors_origins,
            base_path: &server.base_path,
        }
    }
}

/// All public routes: one filter, because every other one would take the request apart anew. It rejects none: a body is
/// there to be taken once.
pub fn routes(web: Arc<Web>) -> impl Filter<Extract = (WarpResponse,), Error = warp::Rejection> + Clone {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::method()
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::ext::optional::<Peer>())
        .and(warp::body::stream())
        .then(move |method, path, query, headers, peer, body| {
            let web = Arc::clone(&web);
            async move {
                let head = web.head(method, path, query, headers, peer);
                web.answer(&head, body).await
            }
        })
}

fn plain(response: Response<Bytes>) -> WarpResponse {
    response.map(Into::into)
}

impl Web {
    /// What is not the usual request is boxed, so that the usual one's future stays small: it is moved about.
    async fn answer<B, S>(&self, head: &Head, body: S) -> WarpResponse
    where
        B: Buf,
        S: Stream<Item = Result<B, warp::Error>> + Send,
    {
        match head.method {
            Method::OPTIONS => {
                let context = head.context();
                plain(cors::preflight(&context).finish(&context))
            }
            Method::POST => plain(Box::pin(self.batch(head, body)).await),
            _ if head.is_content() => Box::pin(self.content(head)).await,
            _ => self.object(head).await,
        }
    }

    async fn batch<B: Buf>(&self, head: &Head, body: impl Stream<Item = Result<B, warp::Error>>) -> Response<Bytes> {
        let context = head.context();
        if head.path() != Some(BATCH) {
            return method_not_allowed(OBJECT_METHODS, &context).finish(&context);
        }
        let limits = &head.live.snapshot.config.server.limits;
        let whole = self.batch_answer(head, &context, body);
        let answer = tokio::time::timeout(limits.request_timeout.0, whole).await;
        answer.unwrap_or_else(|_| too_slow(&context)).finish(&context)
    }

    async fn batch_answer<B: Buf>(
        &self,
        head: &Head,
        context: &Context<'_>,
        body: impl Stream<Item = Result<B, warp::Error>>,
    ) -> Answer {
        let limits = &head.live.snapshot.config.server.limits;
        let now = self.gateway.now();
        let admitted = match head.live.limits.enter() {
            Ok(place) => head
                .live
                .authenticator
                .authenticate(&head.headers, now)
                .await
                .map(|known| (place, known))
                .map_err(Refusal::from),
            Err(refusal) => Err(refusal),
        };
        let (_place, caller) = match admitted {
            Ok(admitted) => admitted,
            Err(refusal) => {
                let refusal = self.gateway.refuse(&head.live, None, head.asking(), refusal).await;
                return Problem::of(&refusal).answer(context);
            }
        };
        let body = match collect(body, limits.max_body_bytes).await {
            Ok(body) => body,
            Err(problem) => return problem.answer(context),
        };
        let batch = match Batch::parse(&body, limits.max_batch) {
            Ok(batch) => batch,
            Err(error) => return invalid_batch(&error).answer(context),
        };
        match batch.answer(&self.gateway, &head.live, &caller, head.asking()).await {
            Ok(value) => Answer::json(StatusCode::OK, &value),
            Err(refusal) => Problem::of(&refusal).answer(context),
        }
    }
}

/// The answer to a method that is not for this path; `allow` names those that are (RFC 9110, section 15.5.6).
pub(super) fn method_not_allowed(allow: &'static str, context: &Context<'_>) -> Answer {
    let detail = "objects are asked for by GET, HEAD, PUT or DELETE, and lists of links by POST /v1/presign";
    let mut answer = Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", detail).answer(context);
    answer.set(header::ALLOW, HeaderValue::from_static(allow));
    answer
}

/// A refusal, logged and answered.
pub(super) fn refused(refusal: &Refusal, context: &Context<'_>) -> Answer {
    problem::log(refusal, context.request_id);
    Problem::of(refusal).answer(context)
}

pub(super) fn too_slow(context: &Context<'_>) -> Answer {
    let message = "the request took longer than server.limits.request_timeout".to_owned();
    refused(&Refusal::Unavailable { message, retry_after: None }, context)
}

fn invalid_batch(error: &InvalidBatch) -> Problem {
    let status = match error {
        InvalidBatch::NotJson(_) => StatusCode::BAD_REQUEST,
        InvalidBatch::TooLong(_) => StatusCode::PAYLOAD_TOO_LARGE,
    };
    Problem::new(status, "invalid_request", error.to_string())
}

async fn collect<B: Buf>(body: impl Stream<Item = Result<B, warp::Error>>, longest: u64) -> Result<Vec<u8>, Problem> {
    let mut body = std::pin::pin!(body);
    let mut whole = Vec::new();
    while let Some(piece) = body.next().await {
        let broken = |_| Problem::new(StatusCode::BAD_REQUEST, "invalid_request", "the body broke off");
        let mut piece = piece.map_err(broken)?;
        if (whole.len() + piece.remaining()) as u64 > longest {
            let detail = format!("the body is longer than {longest} bytes");
            return Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request", detail));
        }
        while piece.has_remaining() {
            let read = piece.chunk().len();
            whole.extend_from_slice(piece.chunk());
            piece.advance(read);
        }
    }
    Ok(whole)
}
