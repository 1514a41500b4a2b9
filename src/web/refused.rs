//! Answers to requests that are not carried out.

use http::{HeaderValue, StatusCode, header};

use super::{
    answer::Answer,
    code::Code,
    context::Context,
    head::Head,
    methods,
    problem::{self, Problem},
};
use crate::refusal::Refusal;

/// The methods that objects are asked for by.
const OBJECT_METHODS: &str = "GET, HEAD, PUT, DELETE";

/// The answer to a method that is not for this path; `Allow` names those that are (RFC 9110, section 15.5.6).
pub(super) fn method_not_allowed(head: &Head) -> Answer {
    let allow = head.path().and_then(|path| methods::of(path, &head.live.snapshot.endpoints));
    let detail = "objects are asked for by GET, HEAD, PUT or DELETE, and lists of links by POST /v1/presign";
    let mut answer =
        Problem::new(StatusCode::METHOD_NOT_ALLOWED, Code::MethodNotAllowed, detail).answer(&head.context());
    answer.set(header::ALLOW, HeaderValue::from_static(allow.unwrap_or(OBJECT_METHODS)));
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
