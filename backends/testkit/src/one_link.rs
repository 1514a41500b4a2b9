//! One link by itself: for every awkward key and operation, what a URL has to be.

use presign_core::{ObjectKey, SignError, SignRequest, SignedUrl};

use crate::{
    Difference, Suite, awkward_keys,
    findings::Findings,
    link::{Link, decode_once},
    secrecy,
};

pub(crate) async fn check(suite: &Suite, findings: &mut Findings) {
    let prefix = shared_path(suite).await;
    for key in awkward_keys() {
        for &operation in &suite.operations {
            let location = suite.location(&key);
            let request = suite.request(operation, &location);
            let signed = suite.sign(&request).await;
            if suite.is_refused(&key) {
                let kept = matches!(signed, Err(SignError::NotServed(_)));
                findings.expect(kept, || {
                    format!("{operation} {key:?}: the store cannot hold the key, yet it is not refused")
                });
                continue;
            }
            let outcome = match &signed {
                Ok(signed) => check_signed(suite, signed, &request, &prefix),
                Err(error) => Err(format!("is not signed: {error}")),
            };
            if let Err(problem) = outcome {
                findings.report(format!("{operation} {key:?}: {problem}"));
            }
        }
    }
}

/// What stands before the key in every path, as a plain key shows it.
pub(crate) async fn shared_path(suite: &Suite) -> String {
    let Ok(plain) = ObjectKey::parse("plain") else { return String::new() };
    let location = suite.location(&plain);
    let signed = suite.sign(&suite.request(suite.operation(), &location)).await;
    let path = signed.ok().and_then(|signed| Link::parse(signed.expose()).ok()).map(|link| link.path);
    path.as_deref().and_then(|path| path.strip_suffix("plain")).unwrap_or("/").to_owned()
}

fn check_signed(suite: &Suite, signed: &SignedUrl, request: &SignRequest<'_>, prefix: &str) -> Result<(), String> {
    let link = Link::parse(signed.expose()).map_err(|problem| format!("the URL {problem}"))?;
    check_place(suite, &link, request.location.key(), prefix)?;
    if signed.operation() != request.operation {
        return Err(format!("the link says that it is for {}", signed.operation()));
    }
    let expected = request.expires_at();
    if signed.expires_at() != expected && !suite.is_exempt(Difference::Life) {
        return Err(format!("the link says that it ends at {}, not at {expected}", signed.expires_at()));
    }
    secrecy::check_link(suite, signed, &link)
}

/// Whether a link leads to the key at one of the hosts, with a signature and nothing said twice.
pub(crate) fn check_place(suite: &Suite, link: &Link, key: &ObjectKey, prefix: &str) -> Result<(), String> {
    if !suite.hosts.contains(&link.authority) {
        return Err(format!("the URL leads to {:?}, which is none of {:?}", link.authority, suite.hosts));
    }
    check_key(suite, &link.path, key, prefix)?;
    if let Some(name) = link.repeated_name() {
        return Err(format!("the URL has the parameter {name:?} twice"));
    }
    if link.signature(suite.signature_parameter.as_deref()).is_none() {
        return Err("the URL has no signature".into());
    }
    Ok(())
}

fn check_key(suite: &Suite, path: &str, key: &ObjectKey, prefix: &str) -> Result<(), String> {
    let encoded = match &suite.key_from_path {
        Some(find) => find(path),
        None => path.strip_prefix(prefix).map(ToOwned::to_owned),
    };
    let encoded = encoded.ok_or("the path has no place for the key")?;
    // Everything else is rewritten by browsers and proxies, or read in two ways (`+`).
    let kept = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%/!$&'()*,;=:@".contains(&byte);
    if let Some(byte) = encoded.bytes().find(|byte| !kept(*byte)) {
        return Err(format!("the path has {:?} unencoded", char::from(byte)));
    }
    match decode_once(&encoded) {
        Some(decoded) if decoded == key.as_str() => Ok(()),
        Some(decoded) => Err(format!("the path decodes to the key {decoded:?}")),
        None => Err("the path does not decode to UTF-8".into()),
    }
}
