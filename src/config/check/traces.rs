//! `traces`.

use super::url;
use crate::config::{TracesConfig, finding::Findings, path::Path};

pub(super) fn check(traces: &TracesConfig, findings: &mut Findings) {
    let path = Path::root().key("traces");
    if let Some(problem) = url::problem(&traces.otlp_endpoint) {
        findings.error(path.key("otlp_endpoint"), problem);
    }
    let message = "not a share: write a number from 0 to 1";
    findings.require((0.0..=1.0).contains(&traces.sample_ratio), path.key("sample_ratio"), message);
}
