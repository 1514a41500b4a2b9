//! `POST /v1/presign`: links asked for in JSON, one or a list.

use bytes::{Buf, Bytes};
use futures::Stream;
use http::{Response, StatusCode};

use super::{
    Web,
    answer::Answer,
    batch::{Batch, InvalidBatch},
    body::collect,
    code::Code,
    context::Context,
    head::Head,
    problem::Problem,
    refused::too_slow,
};
use crate::refusal::Refusal;

impl Web {
    pub(super) async fn batch<B: Buf>(
        &self,
        head: &Head,
        body: impl Stream<Item = Result<B, warp::Error>>,
    ) -> Response<Bytes> {
        let context = head.context();
        let limits = &head.live.snapshot.config.server.limits;
        let whole = self.batch_answer(head, &context, body);
        let answer = tokio::time::timeout(limits.request_timeout.0, whole).await;
        answer.unwrap_or_else(|_| too_slow(&context)).finish(&context)
    }

    async fn batch_answer<B: Buf>(
        &self,
        head: &Head,
        context: &Context<'_>,
        body: impl Stream<Item = Result<B, warp::Error>>,
    ) -> Answer {
        let limits = &head.live.snapshot.config.server.limits;
        let now = self.gateway.now();
        let admitted = match head.live.limits.enter() {
            Ok(place) => head
                .live
                .authenticator
                .authenticate(&head.headers, now)
                .await
                .map(|known| (place, known))
                .map_err(Refusal::from),
            Err(refusal) => Err(refusal),
        };
        let (_place, caller) = match admitted {
            Ok(admitted) => admitted,
            Err(refusal) => {
                let refusal = self.gateway.refuse(&head.live, None, head.asking(), refusal).await;
                return Problem::of(&refusal).answer(context);
            }
        };
        let body = match collect(body, limits.max_body_bytes).await {
            Ok(body) => body,
            Err(problem) => return problem.answer(context),
        };
        let batch = match Batch::parse(&body, limits.max_batch) {
            Ok(batch) => batch,
            Err(error) => return invalid_batch(&error).answer(context),
        };
        match batch.answer(&self.gateway, &head.live, &caller, head.asking()).await {
            Ok(value) => Answer::json(StatusCode::OK, &value),
            Err(refusal) => Problem::of(&refusal).answer(context),
        }
    }
}

fn invalid_batch(error: &InvalidBatch) -> Problem {
    let status = match error {
        InvalidBatch::NotJson(_) => StatusCode::BAD_REQUEST,
        InvalidBatch::TooLong(_) => StatusCode::PAYLOAD_TOO_LARGE,
    };
    Problem::new(status, Code::InvalidRequest, error.to_string())
}
