//! The credential behind links: there is one after a renewal, links end with it, and another signer of the same
//! configuration signs alike.

use std::time::Duration;

use presign_core::{SignRequest, SignedUrl};

use crate::{
    Difference, Suite,
    findings::Findings,
    variant::{Variant, variants},
};

pub(crate) async fn check(suite: &Suite, findings: &mut Findings) {
    check_renewal(suite, findings).await;
    if let Some(twin) = &suite.twin {
        for variant in variants(suite) {
            let request = variant.as_request();
            let alike = suite.signer.sign(&request).await == twin.sign(&request).await;
            findings.expect(alike, || {
                format!("{}: a second signer of the same configuration signs it otherwise", variant.what)
            });
        }
    }
}

async fn check_renewal(suite: &Suite, findings: &mut Findings) {
    let needed_until = suite.signed_at.plus(Duration::from_mins(15));
    let renewed = match suite.signer.renew(needed_until).await {
        Ok(renewed) => renewed,
        Err(error) => return findings.report(format!("there is no credential: {error}")),
    };
    let at_hand = suite.signer.credential();
    findings.expect(at_hand == Some(renewed), || "after renew, credential says something else".into());
    for variant in variants(suite) {
        let request = variant.as_request();
        if let Ok(signed) = suite.sign(&request).await {
            check_end(suite, &variant, &request, &signed, findings);
        }
    }
    findings.expect(suite.signer.credential() == at_hand, || "signing changes the credential".into());
}

/// The gateway asks for no longer life than the credential has, so the link must not say a longer one.
fn check_end(suite: &Suite, variant: &Variant, request: &SignRequest<'_>, signed: &SignedUrl, findings: &mut Findings) {
    let Some(end) = suite.signer.credential().and_then(|credential| credential.expires_at) else { return };
    let kept = request.expires_at() > end || signed.expires_at() <= end || suite.is_exempt(Difference::Life);
    findings.expect(kept, || format!("{}: the link says that it outlives its credential", variant.what));
}
