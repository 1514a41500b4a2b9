//! `traces`: requests, for OpenTelemetry.

use schemars::JsonSchema;
use serde::Deserialize;

/// Traces of requests, for an OpenTelemetry collector. A change takes effect at the next start.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TracesConfig {
    /// Where they are sent, by OTLP over HTTP, such as `http://collector:4318/v1/traces`.
    pub otlp_endpoint: String,
    /// The share of requests that is traced, from 0 to 1. Where a caller's `traceparent` says whether, that decides.
    #[serde(default = "all")]
    #[schemars(range(min = 0, max = 1))]
    pub sample_ratio: f64,
}

const fn all() -> f64 {
    1.0
}
