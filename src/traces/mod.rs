//! Requests as [OpenTelemetry](https://opentelemetry.io/docs/specs/otel/trace/) traces, where the configuration asks for
//! them.
//!
//! A request is a span, which continues its caller's trace when the caller says so ([W3C Trace
//! Context](https://www.w3.org/TR/trace-context/)). What waits for somebody else within it is a span of its own. Spans
//! tell rule, backend and outcome: nothing of the caller, no URL, no key, and nothing secret.
//!
//! The spans are `tracing`'s, under a target and at a level that no log has by itself; without a collector they cost next
//! to nothing.

mod export;
mod service;
mod span;

use std::time::Duration;

use opentelemetry::{KeyValue, trace::TracerProvider};
use opentelemetry_otlp::{ExporterBuildError, Protocol, SpanExporter, WithExportConfig, WithHttpConfig};
use opentelemetry_sdk::{
    Resource,
    trace::{Sampler, SdkTracerProvider},
};
use tracing::{Level, Subscriber};
use tracing_subscriber::{Layer, filter::Targets, registry::LookupSpan};

use self::export::Client;
use crate::config::TracesConfig;

pub use service::Traced;
pub(crate) use span::{authenticate, decided, sign};

/// What the spans' target is.
const TARGET: &str = "presign_gateway::traces";
/// The name under which a collector knows the gateway.
const NAME: &str = "presign-gateway";
/// How long the last spans may take to be sent.
const LAST_SPANS: Duration = Duration::from_secs(5);

/// Traces, on their way to a collector.
#[derive(Debug)]
pub struct Traces(SdkTracerProvider);

impl Traces {
    /// Sends traces as the configuration says, by this client, on the runtime that this is called on.
    ///
    /// # Errors
    /// When the address is none.
    pub fn start(config: &TracesConfig, client: reqwest::Client) -> Result<Self, ExporterBuildError> {
        let exporter = SpanExporter::builder()
            .with_http()
            .with_http_client(Client::new(client))
            .with_protocol(Protocol::HttpBinary)
            .with_endpoint(&config.otlp_endpoint)
            .build()?;
        let version = KeyValue::new("service.version", env!("CARGO_PKG_VERSION"));
        let resource = Resource::builder_empty().with_service_name(NAME).with_attribute(version).build();
        let sampler = Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(config.sample_ratio)));
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_sampler(sampler)
            .with_resource(resource)
            .build();
        Ok(Self(provider))
    }

    /// What makes traces of spans.
    #[must_use]
    pub fn layer<S: Subscriber + for<'a> LookupSpan<'a>>(&self) -> impl Layer<S> + use<S> {
        let tracer = self.0.tracer(NAME);
        tracing_opentelemetry::layer()
            .with_tracer(tracer)
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_target(false)
            .with_level(false)
            .with_filter(Targets::new().with_target(TARGET, Level::TRACE))
    }

    /// Sends what is left, and ends.
    pub async fn stop(self) {
        // It blocks until the spans are sent, which the runtime does meanwhile.
        let stopped = tokio::task::spawn_blocking(move || self.0.shutdown_with_timeout(LAST_SPANS)).await;
        if !matches!(stopped, Ok(Ok(()))) {
            tracing::warn!("the last traces were not sent");
        }
    }
}
