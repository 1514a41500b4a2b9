//! `audit`.

use crate::config::{AuditConfig, finding::Findings, path::Path};

pub(super) fn check(audit: &AuditConfig, findings: &mut Findings) {
    let path = Path::root().key("audit").key("path");
    match (&audit.path, audit.output.has_file()) {
        (None, true) => findings.error(path, "'output' names a file: say which"),
        (Some(_), false) => findings.warning(path, "not used: 'output' is 'stdout'"),
        _ => {}
    }
}
