//! A service whose requests are traced.

use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use futures::{
    FutureExt,
    future::{BoxFuture, Either},
};
use http::{Request, Response};
use tower_service::Service;
use tracing::Instrument;

use super::span;

/// A service whose requests are traced, where there are traces.
#[derive(Debug, Clone)]
pub struct Traced<S>(S);

impl<S> Traced<S> {
    /// Traces.
    pub const fn new(service: S) -> Self {
        Self(service)
    }
}

impl<S, B, A> Service<Request<B>> for Traced<S>
where
    S: Service<Request<B>, Response = Response<A>, Error = Infallible>,
    S::Future: Send + 'static,
    A: 'static,
{
    type Response = Response<A>;
    type Error = Infallible;
    type Future = Either<S::Future, BoxFuture<'static, Result<Response<A>, Infallible>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let span = span::request(&request);
        if span.is_disabled() {
            return Either::Left(self.0.call(request));
        }
        let answering = self.0.call(request).instrument(span.clone());
        let answered = async move {
            let answer = answering.await?;
            span.record("http.response.status_code", answer.status().as_u16());
            if answer.status().is_server_error() {
                span.record("otel.status_code", "ERROR");
            }
            Ok(answer)
        };
        Either::Right(answered.boxed())
    }
}
