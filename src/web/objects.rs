//! Requests for objects.

use std::task::Poll;

use http::{Method, StatusCode, header};
use presign_core::{ObjectLocation, Operation};
use warp::reply::Response as WarpResponse;

use super::{
    answer::Answer,
    code::Code,
    context::Context,
    head::Head,
    link, methods, page,
    problem::Problem,
    refused::{method_not_allowed, refused, too_slow},
    reply::Reply,
    routes::Web,
    ui,
};
use crate::{
    gateway::Wanted,
    refusal::Refusal,
    request::{FilesServer, InvalidRequest, ObjectRequest},
};

impl Head {
    /// The object of a `DELETE` that the gateway is to carry out itself, as a fileserver does: one whose path is the
    /// object. With a query, or for JSON, it is a link that is asked for.
    pub(super) fn deleted_here(&self) -> Option<ObjectLocation> {
        let here =
            self.method == Method::DELETE && self.query.is_empty() && !self.context().consumer(false, false).takes_link;
        let path = self.path().filter(|_| here)?;
        ObjectRequest::parse(path, "", &self.live.snapshot.endpoints).ok().map(|request| request.location)
    }
}

impl Web {
    pub(super) async fn object(&self, head: &Head) -> WarpResponse {
        let context = head.context();
        let limit = head.live.snapshot.config.server.limits.request_timeout.0;
        let mut answering = std::pin::pin!(self.object_answer(head, &context));
        // Most answers are there at once, and need no timer.
        let reply = match futures::poll!(&mut answering) {
            Poll::Ready(reply) => reply,
            Poll::Pending => {
                let reply = tokio::time::timeout(limit, answering).await;
                reply.unwrap_or_else(|_| too_slow(&context).into())
            }
        };
        reply.finish(&context)
    }

    async fn object_answer(&self, head: &Head, context: &Context<'_>) -> Reply {
        let Some(path) = head.path() else {
            let problem = Problem::new(StatusCode::NOT_FOUND, Code::NotFound, "nothing is served at this path");
            return problem.answer(context).into();
        };
        let Some(operation) = Operation::from_method(head.method.as_str()) else {
            return method_not_allowed(head).into();
        };
        let _place = match head.live.limits.enter() {
            Ok(place) => place,
            Err(refusal) => {
                let refusal = self.gateway.refuse(&head.live, Some(operation), head.asking(), refusal).await;
                return Problem::of(&refusal).answer(context).into();
            }
        };
        let endpoints = &head.live.snapshot.endpoints;
        match ObjectRequest::parse(path, &head.query, endpoints) {
            Ok(_) if operation.is_read() && asks_for_files_server(head, path) => {
                self.files_server(head, context).await.into()
            }
            Ok(request) => self.link_answer(head, context, operation, request).await,
            Err(InvalidRequest::NoUrl) if path == "/" && operation.is_read() => self.home(head, context).await.into(),
            Err(InvalidRequest::NoUrl) if path == ui::PATH && operation.is_read() => ui::script(head).into(),
            Err(_) if operation.is_read() && FilesServer::is_bucket(path, endpoints) => {
                self.files_server(head, context).await.into()
            }
            Err(InvalidRequest::NoUrl) if methods::of(path, endpoints).is_some() => method_not_allowed(head).into(),
            Err(error) => {
                let refusal = self.gateway.refuse(&head.live, Some(operation), head.asking(), error.into()).await;
                Problem::of(&refusal).answer(context).into()
            }
        }
    }

    async fn link_answer(
        &self,
        head: &Head,
        context: &Context<'_>,
        operation: Operation,
        request: ObjectRequest,
    ) -> Reply {
        let ObjectRequest { location, download, json, proxy, expires_in } = request;
        let prefers_file = context.wants_file(location.key());
        let consumer = context.consumer(json, proxy && head.live.snapshot.config.ui.proxy_images);
        let wanted = Wanted { download, prefers_file, expires_in, consumer, ..Wanted::new(operation, location) };
        let link = match self.gateway.link(&head.live, &head.headers, &wanted, head.asking()).await {
            Ok(link) => link,
            Err(refusal) => return Problem::of(&refusal).answer(context).into(),
        };
        let file_name = prefers_file.then(|| wanted.location.key().file_name());
        if consumer.takes_link {
            return match link::json_of(&link) {
                Ok(value) => Answer::json(StatusCode::OK, &value).into(),
                Err(no_links) => refused(&no_links.into(), context).into(),
            };
        }
        match self.pass_on(head, &link, file_name).await {
            Ok(Some(passed_on)) => return passed_on,
            Ok(None) => {}
            Err(refusal) => return refused(&refusal, context).into(),
        }
        let redirect = link::redirect(link);
        let no_header = || refused(&Refusal::Internal("a signed URL is no header value".to_owned()), context);
        redirect.unwrap_or_else(no_header).into()
    }

    async fn home(&self, head: &Head, context: &Context<'_>) -> Answer {
        let caller = head.live.authenticator.authenticate(&head.headers, self.gateway.now()).await;
        let who = match &caller {
            Ok(known) => {
                let name = known.name.as_deref().unwrap_or(&known.user);
                format!("You are {name} (role {}, company {}).", known.role, known.company)
            }
            Err(_) if self.demo.is_some() => "You are logged in as the demonstration user from here on.".to_owned(),
            Err(error) => format!("You are not logged in: {error}."),
        };
        let samples = self.demo.as_ref().map(|demo| demo.samples.as_slice()).unwrap_or_default();
        let mut answer = Answer::html(StatusCode::OK, page::home(&who, samples, context));
        answer.set(header::CACHE_CONTROL, http::HeaderValue::from_static("no-store"));
        if let (Err(_), Some(demo)) = (&caller, &self.demo) {
            answer.set(header::SET_COOKIE, demo.cookie.clone());
        }
        answer
    }
}

/// Whether a client asks if a files server is there whose URL holds the start of a key: that ends in a slash here, and
/// nobody gets an object who does not say who asks.
fn asks_for_files_server(head: &Head, path: &str) -> bool {
    let is_anonymous = [header::AUTHORIZATION, header::COOKIE].iter().all(|name| !head.headers.contains_key(name));
    is_anonymous && head.query.is_empty() && path.ends_with('/') && FilesServer::parse(path).is_some()
}
