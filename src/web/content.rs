//! Links that lead back to the gateway: the signer that made them serves them.

use futures::StreamExt;
use http::{HeaderValue, Method, Request, StatusCode, header};
use presign_core::{ReceivedBody, encode};
use warp::{Reply, reply::Response as WarpResponse};

use super::{code::Code, head::Head, problem::Problem, routes::Web};

const PREFIX: &str = "/content/";

impl Head {
    /// Whether the request is for a signer's own link.
    pub(super) fn is_content(&self) -> bool {
        self.path().is_some_and(|path| path.starts_with(PREFIX))
            && matches!(self.method, Method::GET | Method::HEAD | Method::PUT | Method::DELETE)
    }

    /// The backend's name, and the path below its content URL.
    fn content_path(&self) -> Option<(String, &str)> {
        let rest = self.path()?.strip_prefix(PREFIX)?;
        let (name, _) = rest.split_once('/')?;
        Some((encode::decode(name)?, rest.get(name.len()..)?))
    }
}

impl Web {
    /// Serves a link. Nobody is authenticated: the link's signature, which the signer checks, is all there is.
    ///
    /// `body` is what came with a link for writing.
    pub(super) async fn content(&self, head: &Head, body: ReceivedBody) -> WarpResponse {
        let context = head.context();
        let found = head.content_path().and_then(|(name, path)| Some((head.live.snapshot.backend(&name)?, path)));
        let serving = found.and_then(|(signer, path)| Some((signer.content()?, path)));
        let Some((content, path)) = serving else {
            let problem = Problem::new(StatusCode::NOT_FOUND, Code::NotFound, "nothing is served at this path");
            return problem.answer(&context).finish(&context).map(Into::into);
        };
        let Some(parts) = request_parts(head) else {
            let problem = Problem::new(StatusCode::BAD_REQUEST, Code::InvalidRequest, "the link is malformed");
            return problem.answer(&context).finish(&context).map(Into::into);
        };
        let now = self.gateway.now();
        let served = match head.method {
            Method::GET | Method::HEAD => content.serve(path, &parts, now).await,
            _ => content.receive(path, &parts, body, now).await,
        };
        let (served, body) = served.into_parts();
        let carrying = head.load.carry();
        let mut response = warp::reply::stream(body.inspect(move |_| _ = &carrying)).into_response();
        *response.status_mut() = served.status;
        *response.headers_mut() = served.headers;
        // A cache must not give one origin's answer to another, nor one without CORS headers to a script.
        response.headers_mut().append(header::VARY, HeaderValue::from_static("Origin"));
        if let Some(origin) = context.allowed_origin() {
            super::cors::allow(response.headers_mut(), origin.clone());
        }
        response
    }
}

fn request_parts(head: &Head) -> Option<http::request::Parts> {
    let target = format!("{}?{}", head.path()?, head.query);
    let mut request = Request::builder().method(head.method.clone()).uri(target).body(()).ok()?;
    *request.headers_mut() = head.headers.clone();
    Some(request.into_parts().0)
}
