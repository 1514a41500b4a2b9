//! `ui`.

use crate::config::{UiConfig, finding::Findings, path::Path};

pub(super) fn check(ui: &UiConfig, findings: &mut Findings) {
    let path = Path::root().key("ui");
    for (name, starts) in [("match", &ui.matches), ("exclude", &ui.exclude)] {
        for (index, start) in starts.iter().enumerate() {
            let message = "not how a URL starts: write a scheme with '://', and as much after it as you like, as in \
                           s3://bucket/folder/ (no '*': every URL that goes on from there is meant)";
            findings.require(starts_a_url(start), path.key(name).index(index), message);
        }
    }
    if ui.matches.is_empty() {
        findings.warning(path.key("match"), "is an empty list, so ui.js sends nothing to the gateway");
    }
}

fn starts_a_url(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    !scheme.is_empty() && scheme.bytes().all(plain) && !rest.contains('*')
}
