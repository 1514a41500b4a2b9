//! An answer with a body of either kind: one that is there, or one that passes through.

use bytes::Bytes;
use http::Response;
use warp::{Reply as _, reply::Response as WarpResponse};

use super::{answer::Answer, context::Context};
use crate::stream::Body;

/// An answer, and the object that passes through the gateway, if one does.
#[derive(Debug)]
pub(super) struct Reply {
    answer: Answer,
    body: Option<Body>,
}

impl Reply {
    /// An answer whose body passes through.
    pub(super) const fn passing(answer: Answer, body: Body) -> Self {
        Self { answer, body: Some(body) }
    }

    /// The response, with the headers that every answer has.
    pub(super) fn finish(self, context: &Context<'_>) -> WarpResponse {
        let response: Response<Bytes> = self.answer.finish(context);
        match self.body {
            None => response.map(Into::into),
            Some(body) => {
                let mut streaming = warp::reply::stream(body).into_response();
                let (parts, _) = response.into_parts();
                *streaming.status_mut() = parts.status;
                *streaming.headers_mut() = parts.headers;
                streaming
            }
        }
    }
}

impl From<Answer> for Reply {
    fn from(answer: Answer) -> Self {
        Self { answer, body: None }
    }
}
