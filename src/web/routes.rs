//! The filters: which request goes where.

use std::{sync::Arc, time::Duration};

use bytes::{Buf, Bytes};
use futures::Stream;
use http::{HeaderMap, Method, Response};
use warp::{Filter, path::FullPath, reply::Response as WarpResponse};

use super::{
    body::received,
    cors,
    demo::Demo,
    head::Head,
    refused::{method_not_allowed, refused},
    request_id::RequestIds,
    uploads::Action,
};
use crate::{gateway::Gateway, refusal::Refusal, request::FilesServer, server::Peer, upload::Uploader};

/// Where lists of links are asked for.
pub(super) const BATCH: &str = "/v1/presign";

/// The public side of the gateway.
#[derive(Debug)]
pub struct Web {
    pub(super) gateway: Arc<Gateway>,
    pub(super) demo: Option<Demo>,
    pub(super) uploader: Arc<Uploader>,
    ids: RequestIds,
}

impl Web {
    /// Serves a gateway; `demo` is what the start page shows of the embedded demonstration.
    #[must_use]
    pub fn new(gateway: Arc<Gateway>, demo: Option<Demo>) -> Self {
        let at_once = gateway.live().snapshot.config.server.limits.uploads;
        let uploader = Arc::new(Uploader::new(gateway.streams().means(), Arc::clone(gateway.clock()), at_once));
        Self { gateway, demo, uploader, ids: RequestIds::new() }
    }

    /// Waits until no upload is under way any more, also of those whose callers are gone: what they sent may have to be
    /// cleaned up in the store. For when no more requests come.
    pub async fn uploads_ended(&self, limit: Duration) {
        self.uploader.ended(limit).await;
    }

    fn head(&self, method: Method, path: FullPath, query: String, headers: HeaderMap, peer: Option<Peer>) -> Head {
        let (peer, load) = peer.map(|peer| (peer.address, peer.load)).unzip();
        let (id, live, load) = (self.ids.next(), self.gateway.live(), load.unwrap_or_default());
        Head { method, path, query, headers, id, live, peer, load }
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
            // What is moved about from here on is small.
            Box::pin(async move {
                let head = web.head(method, path, query, headers, peer);
                web.answer(&head, body).await
            })
        })
}

fn plain(response: Response<Bytes>) -> WarpResponse {
    response.map(Into::into)
}

impl Web {
    /// What is not the usual request is boxed, so that the usual one's future stays small.
    async fn answer<B: Buf + Send + 'static>(
        &self,
        head: &Head,
        body: impl Stream<Item = Result<B, warp::Error>> + Send + 'static,
    ) -> WarpResponse {
        if head.method == Method::OPTIONS {
            let context = head.context();
            return plain(cors::preflight(&context).finish(&context));
        }
        if head.is_content() {
            let limit = head.live.snapshot.config.server.limits.upload_bytes;
            return Box::pin(self.content(head, received(body, limit))).await;
        }
        if head.method == Method::POST {
            return plain(Box::pin(self.posted(head, body)).await);
        }
        match head.deleted_here() {
            Some(location) => plain(Box::pin(self.delete_file(head, location)).await),
            None => self.object(head).await,
        }
    }

    /// Answers a `POST`.
    async fn posted<B: Buf + Send + 'static>(
        &self,
        head: &Head,
        body: impl Stream<Item = Result<B, warp::Error>> + Send + 'static,
    ) -> Response<Bytes> {
        let context = head.context();
        if context.is_from_elsewhere() {
            return refused(&Refusal::Forbidden("a page of another site asks"), &context).finish(&context);
        }
        let path = head.path().unwrap_or_default();
        if path == BATCH {
            return self.batch(head, body).await;
        }
        if let Some(action) = Action::at(path) {
            return self.upload_action(head, action, body).await;
        }
        if let Some(server) = FilesServer::of_deletions(path) {
            return self.delete_files(head, &server, body).await;
        }
        let is_files_server = head.path().is_some() && head.query.is_empty();
        if let Some(server) = FilesServer::parse(path).filter(|_| is_files_server) {
            return self.post_file(head, &server, body).await;
        }
        method_not_allowed(head).finish(&context)
    }
}
