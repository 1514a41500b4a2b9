//! Answers to requests that are not carried out.

use http::{HeaderValue, StatusCode, header};

use super::{
    answer::Answer,
    context::Context,
    problem::{self, Problem},
};
use crate::refusal::Refusal;

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
