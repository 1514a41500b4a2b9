//! What may be seen: no secret anywhere, no token or signature outside the URL.

use presign_core::{SignError, SignedUrl};

use crate::{Suite, findings::Findings, link::Link, variant::variants};

/// Looks at a link: its `Debug` shows neither token nor signature, and even its URL shows no secret.
pub(crate) fn check_link(suite: &Suite, signed: &SignedUrl, link: &Link) -> Result<(), String> {
    let debug = format!("{signed:?} {signed:#?}");
    if let Some(what) = shown(suite, &debug) {
        return Err(format!("Debug of the link shows {what}"));
    }
    if link.signature(suite.signature_parameter.as_deref()).is_some_and(|signature| debug.contains(signature)) {
        return Err("Debug of the link shows the signature".into());
    }
    let url = signed.expose();
    let decoded = presign_core::encode::decode(url).unwrap_or_default();
    if holds(&suite.secrets, url) || holds(&suite.secrets, &decoded) {
        return Err("the URL shows a secret".into());
    }
    Ok(())
}

/// Looks at an error: neither message nor `Debug` shows a secret or a token.
pub(crate) fn check_error(suite: &Suite, error: &SignError) -> Result<(), String> {
    match shown(suite, &format!("{error} {error:?}")) {
        Some(what) => Err(format!("the error shows {what}")),
        None => Ok(()),
    }
}

/// Looks at the signer after it has signed: `Debug` shows neither secret, token nor signature, and what it explains of
/// a signature shows neither secret nor signature.
pub(crate) async fn check_signer(suite: &Suite, findings: &mut Findings) {
    let debug = format!("{:?} {:#?}", suite.signer, suite.signer);
    if let Some(what) = shown(suite, &debug) {
        findings.report(format!("Debug of the signer shows {what}"));
    }
    for variant in variants(suite) {
        let request = variant.as_request();
        let Ok(signed) = suite.sign(&request).await else { continue };
        let Ok(link) = Link::parse(signed.expose()) else { continue };
        let Some(signature) = link.signature(suite.signature_parameter.as_deref()) else { continue };
        findings.expect(!debug.contains(signature), || "Debug of the signer shows a signature".into());
        let text = suite.signer.string_to_sign(&request).unwrap_or_default();
        let kept = !text.contains(signature) && !holds(&suite.secrets, &text);
        findings.expect(kept, || format!("{}: the string to sign shows a secret or the signature", variant.what));
    }
}

/// Which kind of hidden text a visible one holds.
fn shown(suite: &Suite, text: &str) -> Option<&'static str> {
    if holds(&suite.secrets, text) {
        Some("a secret")
    } else if holds(&suite.tokens, text) {
        Some("a token")
    } else {
        None
    }
}

fn holds(hidden: &[String], text: &str) -> bool {
    hidden.iter().any(|secret| text.contains(secret.as_str()))
}
