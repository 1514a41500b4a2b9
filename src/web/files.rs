//! ClearML's fileserver contract onto any backend: files posted, deleted one by one and in lists, and a sign of life.

use std::{sync::Arc, time::Duration};

use bytes::{Buf, Bytes};
use futures::Stream;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use presign_core::{ObjectLocation, Operation};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    answer::Answer,
    body::{Body, collect},
    code::Code,
    context::Context,
    head::Head,
    problem::{self, Problem},
    refused::{refused, too_slow},
    routes::Web,
};
use crate::{
    auth::Principal,
    gateway::Wanted,
    refusal::Refusal,
    request::{FilesServer, InvalidRequest},
    upload::{Form, Pace, Upload, UploadError},
};

/// How much longer than its file a request may be: boundary, names and types.
const FORM_ALLOWANCE: u64 = 64 * 1024;

/// The entries of one list of files to delete: what ClearML sends at most.
const MOST_DELETED: usize = 10_000;

#[derive(Debug, Deserialize)]
struct Deletions {
    files: Vec<String>,
}

impl Web {
    /// `POST` of a file.
    pub(super) async fn post_file<B: Buf + 'static>(
        &self,
        head: &Head,
        server: &FilesServer,
        body: impl Stream<Item = Result<B, warp::Error>> + Send + 'static,
    ) -> Response<Bytes> {
        let context = head.context();
        let body = Body::new(body);
        let answer = match self.stored(head, server, body.clone()).await {
            // The path as it was sent, without the slash that it starts with: what the real fileserver answers.
            Ok(name) => Answer::json(StatusCode::OK, &json!([name.trim_start_matches('/')])),
            Err(error) => {
                if !head.headers.contains_key(header::EXPECT) {
                    body.discard(declared_length(&head.headers).unwrap_or_default()).await;
                }
                failed(&error, &context)
            }
        };
        answer.finish(&context)
    }

    async fn stored(&self, head: &Head, server: &FilesServer, body: Body) -> Result<String, UploadError> {
        let limits = &head.live.snapshot.config.server.limits;
        let patience = limits.request_timeout.0;
        let pace = Pace { patience, part_bytes: limits.upload_part_bytes };
        let caller = self.caller(head).await?;
        let length = declared_length(&head.headers)?;
        if length > limits.upload_bytes.saturating_add(FORM_ALLOWANCE) {
            return Err(UploadError::TooLarge(limits.upload_bytes));
        }
        let content_type = head.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let _turn = self.uploader.turn(patience).await?;
        let form = tokio::time::timeout(patience, Form::open(Box::pin(body), content_type.unwrap_or_default(), length));
        let Form { name, content_type, file } = form.await.map_err(|_| UploadError::Stalled)??;
        if file.length() > limits.upload_bytes {
            return Err(UploadError::TooLarge(limits.upload_bytes));
        }
        let location = server.uploaded(&name, &head.live.snapshot.endpoints).map_err(Refusal::from)?;
        let target =
            self.gateway.admit(&head.live, &caller, &Wanted::new(Operation::Put, location), head.asking()).await?;
        let _carrying = head.load.carry();
        self.uploader.store(Upload { target, content_type, file }, pace).await.map(|()| name)
    }

    /// `DELETE` of one file. The real fileserver answers with its path.
    pub(super) async fn delete_file(&self, head: &Head, location: ObjectLocation) -> Response<Bytes> {
        let context = head.context();
        let deleting = async {
            let caller = self.caller(head).await?;
            self.deleted(head, &caller, location.clone()).await
        };
        let answer = match within(head.request_timeout(), deleting).await {
            None => too_slow(&context),
            Some(Err(error)) => failed(&error, &context),
            Some(Ok(())) => Answer::json(StatusCode::OK, &json!(format!("{}/{}", location.bucket(), location.key()))),
        };
        answer.finish(&context)
    }

    /// `POST` of a list of files to delete, as ClearML's service for asynchronous deletion sends it.
    pub(super) async fn delete_files<B: Buf>(
        &self,
        head: &Head,
        server: &FilesServer,
        body: impl Stream<Item = Result<B, warp::Error>>,
    ) -> Response<Bytes> {
        let context = head.context();
        let caller = match self.caller(head).await {
            Ok(caller) => caller,
            Err(error) => return failed(&error, &context).finish(&context),
        };
        let limits = &head.live.snapshot.config.server.limits;
        let files = match within(head.request_timeout(), collect(body, limits.max_body_bytes)).await {
            None => return too_slow(&context).finish(&context),
            Some(Err(problem)) => return problem.answer(&context).finish(&context),
            Some(Ok(body)) => serde_json::from_slice::<Deletions>(&body).map(|list| list.files),
        };
        let answer = match files {
            Ok(files) if files.len() <= MOST_DELETED => {
                Answer::json(StatusCode::OK, &self.deleted_all(head, &caller, server, files).await)
            }
            _ => {
                let detail = format!("the body is {{\"files\": [path, …]}} with up to {MOST_DELETED} paths");
                Problem::new(StatusCode::BAD_REQUEST, Code::InvalidRequest, detail).answer(&context)
            }
        };
        answer.finish(&context)
    }

    /// Deletes file by file; what is not deleted is listed below the reason.
    async fn deleted_all(
        &self,
        head: &Head,
        caller: &Arc<Principal>,
        server: &FilesServer,
        files: Vec<String>,
    ) -> Value {
        let (mut deleted, mut errors) = (serde_json::Map::new(), serde_json::Map::new());
        for file in files {
            let result = match server.deleted(&file, &head.live.snapshot.endpoints) {
                Ok(location) => within(head.request_timeout(), self.deleted(head, caller, location))
                    .await
                    .unwrap_or(Err(UploadError::Stalled)),
                Err(error) => Err(Refusal::from(error).into()),
            };
            match result {
                Ok(()) => drop(deleted.insert(file.clone(), json!(file))),
                Err(error) => {
                    let reason = problem_of(&error).detail;
                    log(&error, &head.id);
                    if let Some(list) = errors.entry(reason).or_insert_with(|| json!([])).as_array_mut() {
                        list.push(json!(file));
                    }
                }
            }
        }
        json!({"deleted": deleted, "errors": errors})
    }

    async fn deleted(&self, head: &Head, caller: &Arc<Principal>, location: ObjectLocation) -> Result<(), UploadError> {
        let target =
            self.gateway.admit(&head.live, caller, &Wanted::new(Operation::Delete, location), head.asking()).await?;
        self.uploader.delete(&target).await
    }

    /// The answer to a client that asks whether a files server is there. Who shows a token is told whether it is good.
    pub(super) async fn files_server(&self, head: &Head, context: &Context<'_>) -> Answer {
        if head.headers.contains_key(header::AUTHORIZATION)
            && let Err(error) = self.caller(head).await
        {
            return failed(&error, context);
        }
        let mut answer = Answer::body(StatusCode::OK, "text/plain; charset=utf-8", "OK");
        answer.set(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        answer
    }

    pub(super) async fn caller(&self, head: &Head) -> Result<Arc<Principal>, UploadError> {
        let caller = head.live.authenticator.authenticate(&head.headers, self.gateway.now()).await;
        caller.map_err(|error| Refusal::from(error).into())
    }
}

pub(super) async fn within<T>(limit: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(limit, work).await.ok()
}

fn declared_length(headers: &HeaderMap) -> Result<u64, UploadError> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    length.and_then(|text| text.parse().ok()).ok_or(UploadError::NoLength)
}

/// A failure, logged and answered.
pub(super) fn failed(error: &UploadError, context: &Context<'_>) -> Answer {
    match error {
        UploadError::Refused(refusal) => refused(refusal, context),
        other => {
            log(other, context.request_id);
            problem_of(other).answer(context)
        }
    }
}

fn log(error: &UploadError, request_id: &str) {
    match error {
        UploadError::Refused(refusal) => problem::log(refusal, request_id),
        other => tracing::info!(request.id = request_id, cause = %other, "an upload failed"),
    }
}

fn problem_of(error: &UploadError) -> Problem {
    let (status, code) = match error {
        UploadError::Refused(Refusal::Invalid(InvalidRequest::NoUrl)) => {
            let detail =
                "the path names no object: post below /s3/<bucket>, /gs/<bucket> or /azure/<account>/<container>";
            return Problem::new(StatusCode::BAD_REQUEST, Code::InvalidRequest, detail);
        }
        UploadError::Refused(refusal) => return Problem::of(refusal),
        UploadError::NoLength => (StatusCode::LENGTH_REQUIRED, Code::LengthRequired),
        UploadError::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, Code::TooLarge),
        UploadError::Stalled => (StatusCode::REQUEST_TIMEOUT, Code::Stalled),
        UploadError::Form(_)
        | UploadError::WrongLength
        | UploadError::Cut
        | UploadError::NoParts
        | UploadError::Parts => (StatusCode::BAD_REQUEST, Code::InvalidRequest),
    };
    Problem::new(status, code, error.to_string())
}
