//! One request, one URL: again, without waiting, and a hundred times at once.

use std::sync::Arc;

use presign_core::{ObjectKey, SignError, SignedUrl, Signer};
use tokio::task::JoinSet;

use crate::{Suite, awkward_keys, findings::Findings, variant::variants};

const CONCURRENT: usize = 100;

pub(crate) async fn check(suite: &Suite, findings: &mut Findings) {
    for key in awkward_keys() {
        check_key(suite, &key, findings).await;
    }
    check_after_other_times(suite, findings).await;
    check_concurrent(suite, findings).await;
}

async fn check_key(suite: &Suite, key: &ObjectKey, findings: &mut Findings) {
    for &operation in &suite.operations {
        let location = suite.location(key);
        let request = suite.request(operation, &location);
        let [first, again] = [suite.sign(&request).await, suite.sign(&request).await];
        findings.expect(first == again, || format!("{operation} {key:?}: signed again, the URL is another"));
        let agrees = suite.signer.sign_now(&request).is_none_or(|now| now == first);
        findings.expect(agrees, || format!("{operation} {key:?}: sign and sign_now disagree"));
    }
}

/// A signer that keeps something derived from the time (the day's key) must not use it for another time.
async fn check_after_other_times(suite: &Suite, findings: &mut Findings) {
    let all = variants(suite);
    let mut signed = Vec::new();
    for variant in &all {
        signed.push(suite.sign(&variant.as_request()).await);
    }
    for (variant, before) in all.iter().zip(signed).rev() {
        let same = suite.sign(&variant.as_request()).await == before;
        findings.expect(same, || format!("{}: signed again after other requests, the URL is another", variant.what));
    }
}

async fn check_concurrent(suite: &Suite, findings: &mut Findings) {
    let all = variants(suite);
    let mut tasks = JoinSet::new();
    for variant in all.iter().cycle().take(CONCURRENT.max(all.len())) {
        let (signer, variant) = (Arc::clone(&suite.signer), variant.clone());
        tasks.spawn(async move {
            let outcome = sign(signer.as_ref(), &variant.as_request()).await;
            (variant, outcome)
        });
    }
    while let Some(joined) = tasks.join_next().await {
        match joined {
            Err(error) => findings.report(format!("one of {CONCURRENT} concurrent signatures failed: {error}")),
            Ok((variant, outcome)) => {
                let same = outcome == suite.sign(&variant.as_request()).await;
                findings.expect(same, || format!("{}: signed concurrently, the URL is another", variant.what));
            }
        }
    }
}

/// As the gateway signs: without waiting where the signer can.
async fn sign(signer: &dyn Signer, request: &presign_core::SignRequest<'_>) -> Result<SignedUrl, SignError> {
    match signer.sign_now(request) {
        Some(outcome) => outcome,
        None => signer.sign(request).await,
    }
}
