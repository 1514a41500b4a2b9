//! Many links beside each other: whatever differs between two requests differs in URL and signature.

use std::collections::HashMap;

use presign_core::{SignError, SignedUrl};

use crate::{
    Suite, awkward_keys,
    findings::Findings,
    link::Link,
    variant::{Variant, variants},
};

/// What two requests may differ in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Difference {
    /// `GET` against `HEAD`, and nothing else (Azure's signature does not tell them apart).
    GetAgainstHead,
    /// Any other two operations.
    Operation,
    /// The bucket. A signer that does not claim another bucket need not be exempt.
    Bucket,
    /// The key.
    Key,
    /// The time of signing.
    Time,
    /// The life. A signer that is exempt may say another end than it was asked for.
    Life,
    /// A response override. A signer that is exempt has to refuse overrides.
    Overrides,
}

pub(crate) async fn check(suite: &Suite, findings: &mut Findings) {
    check_variants(suite, findings).await;
    if !suite.is_exempt(Difference::Key) {
        check_keys(suite, findings).await;
    }
}

/// No two of the variants may share a URL or a signature.
async fn check_variants(suite: &Suite, findings: &mut Findings) {
    let mut seen = Seen::default();
    for variant in variants(suite) {
        let signed = suite.sign(&variant.as_request()).await;
        if let Some(expected) = expected_refusal(suite, &variant) {
            findings.expect(signed.is_err_and(|error| expected(&error)), || format!("{} is not refused", variant.what));
            continue;
        }
        match signed {
            Err(error) => findings.report(format!("{} is not signed: {error}", variant.what)),
            Ok(signed) => {
                check_overrides(&variant, &signed, findings);
                if !variant.difference.is_some_and(|difference| suite.is_exempt(difference)) {
                    seen.note(suite, &signed, &variant.what, findings);
                }
            }
        }
    }
}

/// How a variant has to be refused; `None` for one that has to be signed.
fn expected_refusal(suite: &Suite, variant: &Variant) -> Option<fn(&SignError) -> bool> {
    match variant.difference {
        Some(Difference::Overrides) if suite.is_exempt(Difference::Overrides) => Some(|_| true),
        Some(Difference::Bucket) if !suite.signer.claims(variant.as_request().location) => {
            Some(|error| matches!(error, SignError::NotServed(_)))
        }
        _ => None,
    }
}

fn check_overrides(variant: &Variant, signed: &SignedUrl, findings: &mut Findings) {
    let Ok(link) = Link::parse(signed.expose()) else { return };
    let overrides = &variant.overrides;
    for value in
        [&overrides.content_disposition, &overrides.content_type, &overrides.cache_control].into_iter().flatten()
    {
        findings.expect(link.has_value(value), || format!("{}: the URL does not hold {value:?}", variant.what));
    }
}

async fn check_keys(suite: &Suite, findings: &mut Findings) {
    let mut seen = Seen::default();
    for key in awkward_keys().into_iter().filter(|key| !suite.is_refused(key)) {
        let location = suite.location(&key);
        if let Ok(signed) = suite.sign(&suite.request(suite.operation(), &location)).await {
            seen.note(suite, &signed, &format!("the key {key:?}"), findings);
        }
    }
}

/// URLs and signatures, each with what was signed.
#[derive(Default)]
struct Seen {
    urls: HashMap<String, String>,
    signatures: HashMap<String, String>,
}

impl Seen {
    fn note(&mut self, suite: &Suite, signed: &SignedUrl, what: &str, findings: &mut Findings) {
        let link = Link::parse(signed.expose()).ok();
        let signature = link.as_ref().and_then(|link| link.signature(suite.signature_parameter.as_deref()));
        if let Some(other) = self.urls.insert(signed.expose().to_owned(), what.to_owned()) {
            findings.report(format!("{what} has the same URL as {other}"));
        }
        let Some(signature) = signature else { return };
        if let Some(other) = self.signatures.insert(signature.to_owned(), what.to_owned()) {
            findings.report(format!("{what} has the same signature as {other}"));
        }
    }
}
