//! `POST /v1/uploads/…`: uploads in parts, for programs that send the bytes to the store themselves.

use std::{sync::Arc, time::Duration};

use bytes::{Buf, Bytes};
use futures::Stream;
use http::{Response, StatusCode};
use presign_core::{ExpiresIn, FinishedPart, Operation};
use serde_json::{Value, json};

use super::{
    answer::Answer,
    body::collect,
    code::Code,
    files::{failed, within},
    head::Head,
    link,
    problem::Problem,
    refused::too_slow,
    routes::Web,
    upload_bodies::{Abort, Complete, Create, PartLinks, check_content_type, check_numbers, check_token, read},
};
use crate::{
    admitted::Admitted,
    auth::Principal,
    gateway::Wanted,
    refusal::Refusal,
    request::InvalidRequest,
    storage_url::StorageUrl,
    upload::{Parts, UploadError},
};

const PREFIX: &str = "/v1/uploads/";

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Create,
    Parts,
    Complete,
    Abort,
}

impl Action {
    /// The action that is posted to a path.
    pub(super) fn at(path: &str) -> Option<Self> {
        match path.strip_prefix(PREFIX)? {
            "create" => Some(Self::Create),
            "parts" => Some(Self::Parts),
            "complete" => Some(Self::Complete),
            "abort" => Some(Self::Abort),
            _ => None,
        }
    }

    /// How long it may take: putting an object together takes longer than anything else.
    const fn limit(self, usual: Duration) -> Duration {
        match self {
            Self::Complete => Parts::COMPLETION,
            _ => usual,
        }
    }
}

impl Web {
    /// Carries out one action of an upload in parts.
    pub(super) async fn upload_action<B: Buf>(
        &self,
        head: &Head,
        action: Action,
        body: impl Stream<Item = Result<B, warp::Error>>,
    ) -> Response<Bytes> {
        let context = head.context();
        let limits = &head.live.snapshot.config.server.limits;
        let acting = async {
            let caller = match self.caller(head).await {
                Ok(caller) => caller,
                Err(error) => return failed(&error, &context),
            };
            let body = match collect(body, limits.max_body_bytes).await {
                Ok(body) => body,
                Err(problem) => return problem.answer(&context),
            };
            let acted = match action {
                Action::Create => self.create_upload(head, &caller, &body).await,
                Action::Parts => self.part_links(head, &caller, &body).await,
                Action::Complete => self.complete_upload(head, &caller, &body).await,
                Action::Abort => self.abort_upload(head, &caller, &body).await,
            };
            match acted {
                Ok(value) => Answer::json(StatusCode::OK, &value),
                Err(Failure::Body(detail)) => {
                    Problem::new(StatusCode::BAD_REQUEST, Code::InvalidRequest, detail).answer(&context)
                }
                Err(Failure::Upload(error)) => failed(&error, &context),
            }
        };
        let answer = within(action.limit(limits.request_timeout.0), acting).await;
        answer.unwrap_or_else(|| too_slow(&context)).finish(&context)
    }

    async fn create_upload(&self, head: &Head, caller: &Arc<Principal>, body: &[u8]) -> Result<Value, Failure> {
        let Create { url, content_type } = read(body, "{\"url\": …, \"content_type\"?: …}")?;
        check_content_type(content_type.as_deref())?;
        let target = self.upload_target(head, caller, &url, None).await?;
        let parts = self.parts(&target)?;
        let upload_id = parts.create(content_type.as_deref(), head.request_timeout()).await?;
        let limits = parts.multipart.limits();
        Ok(json!({
            "upload_id": upload_id,
            "min_part_bytes": limits.min_bytes,
            "max_part_bytes": limits.max_bytes,
            "max_parts": limits.max_parts,
            "backend": target.route.backend.to_str().unwrap_or_default(),
            "rule": target.route.rule.to_str().unwrap_or_default(),
        }))
    }

    async fn part_links(&self, head: &Head, caller: &Arc<Principal>, body: &[u8]) -> Result<Value, Failure> {
        let form = "{\"url\": …, \"upload_id\": …, \"numbers\": [1, …], \"expires_in\"?: seconds}";
        let PartLinks { url, upload_id, numbers, expires_in } = read(body, form)?;
        check_token(&upload_id, "upload_id")?;
        let most = head.live.snapshot.config.server.limits.max_batch;
        if numbers.is_empty() || numbers.len() > most {
            return Err(Failure::Body(format!("numbers are 1 to {most} part numbers")));
        }
        let expires_in = expires_in.map(ExpiresIn::from_seconds).transpose();
        let expires_in = expires_in.map_err(|_| Refusal::Invalid(InvalidRequest::ExpiresIn))?;
        let target = self.upload_target(head, caller, &url, expires_in).await?;
        let parts = self.parts(&target)?;
        check_numbers(&numbers, parts.multipart.limits().max_parts)?;
        let mut links = Vec::with_capacity(numbers.len());
        for number in numbers {
            let signed = parts.link(&upload_id, number).await?;
            let mut value = link::json_of_url(&signed.url, signed.method);
            if let Some(fields) = value.as_object_mut() {
                fields.insert("number".to_owned(), json!(number));
            }
            links.push(value);
        }
        Ok(json!({ "parts": links }))
    }

    async fn complete_upload(&self, head: &Head, caller: &Arc<Principal>, body: &[u8]) -> Result<Value, Failure> {
        let form = "{\"url\": …, \"upload_id\": …, \"content_type\"?: …, \"parts\": [{\"number\": 1, \"etag\": …}, …]}";
        let Complete { url, upload_id, content_type, parts: finished } = read(body, form)?;
        check_token(&upload_id, "upload_id")?;
        check_content_type(content_type.as_deref())?;
        for part in &finished {
            check_token(&part.etag, "etag").or_else(|error| if part.etag.is_empty() { Ok(()) } else { Err(error) })?;
        }
        let target = self.upload_target(head, caller, &url, None).await?;
        let parts = self.parts(&target)?;
        let numbers: Vec<u32> = finished.iter().map(|part| part.number).collect();
        check_numbers(&numbers, parts.multipart.limits().max_parts)?;
        if numbers.is_empty() || !numbers.is_sorted_by(|first, second| first < second) {
            return Err(Failure::Body("parts are listed by ascending number, each once, and at least one".to_owned()));
        }
        let finished: Vec<_> =
            finished.into_iter().map(|part| FinishedPart { number: part.number, etag: part.etag }).collect();
        let completed = parts.complete(content_type.as_deref(), &upload_id, &finished).await;
        completed.map_err(|error| unfit(error, &head.id))?;
        Ok(json!({ "url": url }))
    }

    async fn abort_upload(&self, head: &Head, caller: &Arc<Principal>, body: &[u8]) -> Result<Value, Failure> {
        let Abort { url, upload_id } = read(body, "{\"url\": …, \"upload_id\": …}")?;
        check_token(&upload_id, "upload_id")?;
        let target = self.upload_target(head, caller, &url, None).await?;
        self.parts(&target)?.abort(&upload_id, head.request_timeout()).await?;
        Ok(json!({ "url": url }))
    }

    /// Every action is allowed or refused by itself, by the rules for writing the object.
    async fn upload_target(
        &self,
        head: &Head,
        caller: &Arc<Principal>,
        url: &str,
        expires_in: Option<ExpiresIn>,
    ) -> Result<Admitted, Refusal> {
        let url = StorageUrl::parse(url).map_err(InvalidRequest::from)?;
        let location = head.live.snapshot.endpoints.resolve(&url).map_err(InvalidRequest::from)?;
        let wanted = Wanted { expires_in, ..Wanted::new(Operation::Put, location) };
        self.gateway.admit(&head.live, caller, &wanted, head.asking()).await
    }

    fn parts<'a>(&'a self, target: &'a Admitted) -> Result<Parts<'a>, UploadError> {
        let multipart = target.signer.multipart().ok_or(UploadError::NoParts)?;
        Ok(Parts { uploader: &self.uploader, target, multipart })
    }
}

/// Why an action was not carried out.
pub(super) enum Failure {
    /// The body is not understood.
    Body(String),
    Upload(UploadError),
}

impl<E: Into<UploadError>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Upload(error.into())
    }
}

/// What a store refuses to put together is what the caller listed.
fn unfit(error: UploadError, request_id: &str) -> UploadError {
    let UploadError::Refused(Refusal::Store(cause)) = error else { return error };
    tracing::info!(request.id = request_id, %cause, "parts do not make an object");
    UploadError::Parts
}
