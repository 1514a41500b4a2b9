//! `backends`.

use indexmap::IndexMap;
use presign_core::HumanDuration;

use crate::{
    config::{BackendConfig, SigningConfig, finding::Findings, path::Path},
    registry::Registry,
};

/// Names become labels of metrics, and values of the header `X-Presign-Backend`.
const LONGEST_NAME: usize = 64;

pub(super) fn check(
    backends: &IndexMap<String, BackendConfig>,
    signing: &SigningConfig,
    registry: &Registry,
    findings: &mut Findings,
) {
    let path = Path::root().key("backends");
    for kind in registry.duplicates() {
        findings.error(Path::root(), format!("two backends of this program are called '{kind}': rename one"));
    }
    if backends.is_empty() {
        findings.warning(path.clone(), "there are no backends, so nothing can be signed: add one");
    }
    for (name, backend) in backends {
        let place = path.key(name);
        let printable = name.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if name.trim().is_empty() || name.len() > LONGEST_NAME || !printable {
            findings.error(place.clone(), "not a name for a backend: give it 1 to 64 printable ASCII characters");
        }
        if backend.max_ttl.is_some_and(|most| most < signing.min_ttl.max(HumanDuration::from_secs(1))) {
            let message = format!("less than signing.min_ttl ({}), so every link would be refused", signing.min_ttl);
            findings.error(place.key("max_ttl"), message);
        }
        findings.0.extend(registry.check(&backend.kind, &backend.options, &place));
    }
}
