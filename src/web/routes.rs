//! The filters: which request goes where.

use std::{convert::Infallible, sync::Arc, time::Duration};

use bytes::{Buf, Bytes};
use futures::{Stream, StreamExt};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, header};
use presign_core::Operation;
use warp::{Filter, path::FullPath, reply::Response as WarpResponse};

use super::{
    answer::Answer,
    batch::{Batch, InvalidBatch},
    body::received,
    client,
    context::Context,
    cors,
    demo::Demo,
    problem::{self, Problem},
    request_id::RequestIds,
    uploads::Action,
};
use crate::{
    gateway::{Gateway, Live},
    record::Asking,
    refusal::Refusal,
    request::FilesServer,
    server::Peer,
    upload::Uploader,
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
    pub(super) uploader: Arc<Uploader>,
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
        let at_once = gateway.live().snapshot.config.server.limits.uploads;
        let (client, clock) = (gateway.store_client().clone(), Arc::clone(gateway.clock()));
        let uploader = Arc::new(Uploader::new(client, clock, at_once));
        Self { gateway, demo, uploader, ids: RequestIds::new() }
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

    /// How long the request may take.
    pub(super) fn request_timeout(&self) -> Duration {
        self.live.snapshot.config.server.limits.request_timeout.0
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

/// All public routes.
pub fn routes(web: Arc<Web>) -> impl Filter<Extract = (WarpResponse,), Error = Infallible> + Clone {
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    let making = Arc::clone(&web);
    let head = warp::method()
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(warp::ext::optional::<Peer>())
        .map(move |method, path, query, headers, peer| making.head(method, path, query, headers, peer));

    let preflight = warp::options().and(head.clone()).map(|head: Head| {
        let context = head.context();
        plain(cors::preflight(&context).finish(&context))
    });
    let (batching, answering) = (Arc::clone(&web), web);
    let sent = warp::post().or(warp::put()).unify();
    let sent = sent.and(head.clone()).and(warp::body::stream()).then(move |head: Head, body| {
        let web = Arc::clone(&batching);
        async move { web.sent(&head, body).await }
    });
    // One filter for the two: a second would take the request apart a second time.
    let others = head.then(move |head: Head| {
        let web = Arc::clone(&answering);
        async move {
            if head.is_content() {
                return web.content(&head, Box::pin(futures::stream::empty())).await;
            }
            match head.deleted_here() {
                Some(location) => plain(web.delete_file(&head, location).await),
                None => web.object(&head).await,
            }
        }
    });
    preflight.or(sent).unify().or(others).unify()
}

fn plain(response: Response<Bytes>) -> WarpResponse {
    response.map(Into::into)
}

impl Web {
    /// Answers a `POST` or a `PUT`.
    async fn sent<B: Buf + Send + 'static>(
        &self,
        head: &Head,
        body: impl Stream<Item = Result<B, warp::Error>> + Send + 'static,
    ) -> WarpResponse {
        if head.is_content() {
            let limit = head.live.snapshot.config.server.limits.upload_bytes;
            return self.content(head, received(body, limit)).await;
        }
        if head.method != Method::POST {
            return self.object(head).await;
        }
        let path = head.path().unwrap_or_default();
        if path == BATCH {
            return plain(self.batch(head, body).await);
        }
        if let Some(action) = Action::at(path) {
            return plain(self.upload_action(head, action, body).await);
        }
        if let Some(server) = FilesServer::of_deletions(path) {
            return plain(self.delete_files(head, &server, body).await);
        }
        let is_files_server = head.path().is_some() && head.query.is_empty();
        if let Some(server) = FilesServer::parse(path).filter(|_| is_files_server) {
            return plain(self.post_file(head, &server, body).await);
        }
        let context = head.context();
        plain(method_not_allowed(OBJECT_METHODS, &context).finish(&context))
    }

    async fn batch<B: Buf>(&self, head: &Head, body: impl Stream<Item = Result<B, warp::Error>>) -> Response<Bytes> {
        let context = head.context();
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
                let refusal = self.gateway.refuse(&head.live, Operation::Get, head.asking(), refusal).await;
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

pub(super) async fn collect<B: Buf>(
    body: impl Stream<Item = Result<B, warp::Error>>,
    longest: u64,
) -> Result<Vec<u8>, Problem> {
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
