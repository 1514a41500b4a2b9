//! The spans.

use http::{HeaderValue, Method, Request};
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry_http::HeaderExtractor;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use presign_core::Operation;
use tracing::{Level, Span, event, field::Empty, trace_span};
use tracing_opentelemetry::OpenTelemetrySpanExt;

use super::TARGET;

/// A request, in its caller's trace, if it is in one. Names and attributes are those of [the semantic
/// conventions](https://opentelemetry.io/docs/specs/semconv/http/http-spans/).
pub(super) fn request<B>(request: &Request<B>) -> Span {
    let span = trace_span!(
        target: TARGET,
        "request",
        otel.name = name(request.method()),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = name(request.method()),
        http.response.status_code = Empty,
    );
    if !span.is_disabled() {
        let caller = TraceContextPropagator::new().extract(&HeaderExtractor(request.headers()));
        // It fails for a span that has begun already, which this one has not.
        let _ = span.set_parent(caller);
    }
    span
}

/// A method by its name, if it is a usual one: a caller may make up others.
fn name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "_OTHER",
    }
}

/// Finding out who asks, when somebody has to be asked.
pub(crate) fn authenticate() -> Span {
    trace_span!(target: TARGET, "authenticate", otel.kind = "client")
}

/// Signing, when somebody has to be asked.
pub(crate) fn sign(operation: Operation) -> Span {
    trace_span!(target: TARGET, "sign", otel.kind = "client", presign.operation = operation.label())
}

/// What was decided of one link.
pub(crate) fn decided(request_id: &str, rule: Option<&HeaderValue>, backend: Option<&HeaderValue>, outcome: &str) {
    let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
    event!(
        target: TARGET,
        Level::TRACE,
        presign.request_id = request_id,
        presign.rule = rule.map(text),
        presign.backend = backend.map(text),
        presign.outcome = outcome,
        "decided"
    );
}
