//! Serves what the links lead to.

use async_trait::async_trait;
use http::{Response, StatusCode, header, request::Parts};
use presign_core::{Content, ContentBody, Operation, ReceivedBody, Timestamp};

use crate::{
    LocalSigner, answer,
    folder::Missing,
    presented::{Allowed, Presented, Refusal},
};

#[async_trait]
impl Content for LocalSigner {
    async fn serve(&self, path: &str, request: &Parts, now: Timestamp) -> Response<ContentBody> {
        let operation = Operation::from_method(request.method.as_str());
        let Some(operation) = operation.filter(|operation| operation.is_read()) else {
            return answer::refusal(request, StatusCode::METHOD_NOT_ALLOWED, "the link is read with GET or HEAD");
        };
        let allowed = match self.verify(path, request, operation, now) {
            Ok(allowed) => allowed,
            Err(refusal) => return answer::refusal(request, StatusCode::FORBIDDEN, &refusal.to_string()),
        };
        match self.folder.object(&allowed.key).await {
            Ok(object) => answer::object(request, object, &allowed, now),
            Err(Missing::Absent) => answer::refusal(request, StatusCode::NOT_FOUND, "there is no such object"),
            Err(Missing::Unreadable) => {
                answer::refusal(request, StatusCode::INTERNAL_SERVER_ERROR, "the gateway cannot read the object")
            }
        }
    }

    async fn receive(&self, path: &str, request: &Parts, body: ReceivedBody, now: Timestamp) -> Response<ContentBody> {
        let operation = Operation::from_method(request.method.as_str());
        let Some(operation) = operation.filter(|operation| !operation.is_read()) else {
            return answer::refusal(request, StatusCode::METHOD_NOT_ALLOWED, "the link is written with PUT or DELETE");
        };
        let allowed = match self.verify(path, request, operation, now) {
            Ok(allowed) => allowed,
            Err(refusal) => return answer::refusal(request, StatusCode::FORBIDDEN, &refusal.to_string()),
        };
        let done = match operation {
            Operation::Delete => self.folder.delete(&allowed.key).await.map(|()| StatusCode::NO_CONTENT),
            _ => self.folder.write(&allowed.key, declared_length(request), body).await.map(|()| StatusCode::OK),
        };
        done.map_or_else(|unwritten| answer::refusal(request, unwritten.status(), &unwritten.to_string()), answer::done)
    }

    fn path_of<'u>(&self, url: &'u str) -> Option<&'u str> {
        url.strip_prefix(self.content_url.as_str()).filter(|path| path.starts_with('/'))
    }
}

fn declared_length(request: &Parts) -> Option<u64> {
    request.headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

impl LocalSigner {
    fn verify(&self, path: &str, request: &Parts, operation: Operation, now: Timestamp) -> Result<Allowed, Refusal> {
        let query = request.uri.query().unwrap_or_default();
        Presented::parse(path, query)?.verify(&self.link_key, operation, now)
    }
}
