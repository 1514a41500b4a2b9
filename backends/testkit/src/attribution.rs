//! Links that say who asked for them: every name gives a link of its own, and none breaks it.

use std::collections::HashSet;

use presign_core::{ObjectKey, SignError, SignedUrl};

use crate::{Suite, findings::Findings, link::Link, one_link};

/// Names that break a query, a header or a line, where they are not encoded.
const NAMES: [&str; 9] =
    ["alice", "a&b=c", "a%26b", "a b+c", "été 日本", "line\r\nbreak", "x#?/", "'\"<>\\", "clearml/user@example.com"];

pub(crate) async fn check(suite: &Suite, findings: &mut Findings) {
    let Ok(key) = ObjectKey::parse("dir/a b.txt") else { return };
    let location = suite.location(&key);
    let unnamed = suite.request(suite.operation(), &location);
    let prefix = one_link::shared_path(suite).await;
    let mut seen: HashSet<String> =
        suite.sign(&unnamed).await.ok().and_then(|signed| signature(suite, &signed)).into_iter().collect();
    for name in NAMES {
        let signed = suite.sign(&unnamed.clone().attributed_to(Some(name))).await;
        match (suite.signer.attributes(), signed) {
            (false, Err(SignError::UnsupportedAttribution)) => {}
            (false, _) => findings.report(format!("attributed to {name:?}: is not refused as UnsupportedAttribution")),
            (true, Err(error)) => findings.report(format!("attributed to {name:?}: is not signed: {error}")),
            (true, Ok(signed)) => {
                let placed = Link::parse(signed.expose())
                    .map_err(|problem| format!("the URL {problem}"))
                    .and_then(|link| one_link::check_place(suite, &link, &key, &prefix));
                if let Err(problem) = placed {
                    findings.report(format!("attributed to {name:?}: {problem}"));
                }
                let new = signature(suite, &signed).is_some_and(|signature| seen.insert(signature));
                findings.expect(new, || format!("attributed to {name:?}: has the signature of another link"));
            }
        }
    }
}

fn signature(suite: &Suite, signed: &SignedUrl) -> Option<String> {
    let link = Link::parse(signed.expose()).ok()?;
    link.signature(suite.signature_parameter.as_deref()).map(str::to_owned)
}
