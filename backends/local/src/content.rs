//! Serves what the links lead to.

use async_trait::async_trait;
use http::{Response, StatusCode, request::Parts};
use presign_core::{Backend, Content, ContentBody, Operation, Timestamp};

use crate::{
    Local, LocalSigner, answer,
    folder::Missing,
    presented::{Allowed, Presented, Refusal},
};

#[async_trait]
impl Content for LocalSigner {
    async fn serve(&self, path: &str, request: &Parts, now: Timestamp) -> Response<ContentBody> {
        let operation = Operation::from_method(request.method.as_str());
        let Some(operation) = operation.filter(|operation| Local::OPERATIONS.contains(operation)) else {
            return answer::refusal(request, StatusCode::METHOD_NOT_ALLOWED, "links are opened with GET or HEAD");
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
}

impl LocalSigner {
    fn verify(&self, path: &str, request: &Parts, operation: Operation, now: Timestamp) -> Result<Allowed, Refusal> {
        let query = request.uri.query().unwrap_or_default();
        Presented::parse(path, query)?.verify(&self.link_key, operation, now)
    }
}
