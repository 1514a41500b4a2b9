//! Uploads in parts: every step is a link to the same object, and no two steps are one.

use std::collections::HashMap;

use presign_core::{FinishedPart, Multipart, ObjectKey, Operation, SignError, SignRequest, SignedUrl, Step};

use crate::{Suite, awkward_keys, findings::Findings, link::Link, one_link, secrecy};

/// Two ids that no signer may mix up or leave unencoded: stores make ids of such characters.
const UPLOADS: [&str; 2] = ["a.b-c_d~e+f/g==", "a.b-c_d~e f/g=="];

pub(crate) async fn check(suite: &Suite, findings: &mut Findings) {
    let Some(multipart) = suite.signer.multipart() else { return };
    let limits = multipart.limits();
    let sane = 0 < limits.min_bytes && limits.min_bytes <= limits.max_bytes && limits.max_parts > 0;
    findings.expect(sane, || format!("uploads in parts: {limits:?} leave no upload"));
    let prefix = one_link::shared_path(suite).await;
    for key in awkward_keys().into_iter().filter(|key| !suite.is_refused(key)) {
        check_key(suite, multipart, &key, &prefix, findings).await;
    }
    check_foreign(suite, multipart, findings).await;
}

fn steps(parts: &[FinishedPart]) -> Vec<Step<'_>> {
    let of_one = |upload_id| {
        let part = |number| Step::Part { upload_id, number };
        [part(1), part(2), part(12), Step::Complete { upload_id, parts }, Step::Abort { upload_id }]
    };
    std::iter::once(Step::Create).chain(UPLOADS.into_iter().flat_map(of_one)).collect()
}

async fn check_key(suite: &Suite, multipart: &dyn Multipart, key: &ObjectKey, prefix: &str, findings: &mut Findings) {
    let parts = [1, 2].map(|number| FinishedPart { number, etag: format!("\"etag-{number}\"") });
    let location = suite.location(key);
    let request = suite.request(Operation::Put, &location);
    let mut seen: HashMap<_, String> = HashMap::new();
    for step in steps(&parts) {
        let what = format!("{step:?} {key:?}");
        let (signed, again) = (multipart.sign_step(&request, step).await, multipart.sign_step(&request, step).await);
        findings.expect(signed == again, || format!("{what}: signed again, the request is another"));
        let signed = match signed {
            Ok(Some(signed)) => signed,
            Ok(None) if matches!(step, Step::Create | Step::Abort { .. }) => continue,
            Ok(None) => {
                findings.report(format!("{what}: needs a request"));
                continue;
            }
            Err(error) => {
                findings.report(format!("{what}: is not signed: {error}"));
                continue;
            }
        };
        if let Err(problem) = check_link(suite, &signed.url, &request, prefix) {
            findings.report(format!("{what}: {problem}"));
        }
        let whole = (signed.method, signed.url.expose().to_owned(), signed.body);
        if let Some(other) = seen.insert(whole, what.clone()) {
            findings.report(format!("{what}: the same request as {other}"));
        }
    }
}

fn check_link(suite: &Suite, signed: &SignedUrl, request: &SignRequest<'_>, prefix: &str) -> Result<(), String> {
    let link = Link::parse(signed.expose()).map_err(|problem| format!("the URL {problem}"))?;
    one_link::check_place(suite, &link, request.location.key(), prefix)?;
    if signed.operation() != Operation::Put {
        return Err(format!("the link says that it is for {}", signed.operation()));
    }
    secrecy::check_link(suite, signed, &link)
}

async fn check_foreign(suite: &Suite, multipart: &dyn Multipart, findings: &mut Findings) {
    for location in &suite.foreign {
        let request = suite.request(Operation::Put, location);
        for step in [Step::Create, Step::Part { upload_id: "x", number: 1 }] {
            let signed = multipart.sign_step(&request, step).await;
            let kept = matches!(signed, Ok(None) | Err(SignError::NotServed(_)));
            findings.expect(kept, || format!("{step:?} {location}: is signed instead of refused as NotServed"));
        }
    }
}
