//! What a signer has to refuse: operations it does not have, and locations that are not its own.

use presign_core::{Buckets, ObjectKey, ObjectLocation, Operation, Scheme, SignError};

use crate::{Suite, findings::Findings, secrecy};

pub(crate) async fn check(suite: &Suite, findings: &mut Findings) {
    let Ok(key) = ObjectKey::parse("dir/file.txt") else { return };
    let own = suite.location(&key);
    findings.expect(suite.signer.claims(&own), || format!("{own}: the signer does not claim its own location"));
    let is_named =
        Buckets::parse("buckets", suite.signer.buckets().to_vec()).is_ok_and(|all| all.contains(own.bucket()));
    findings.expect(is_named, || format!("{own}: is claimed, and its bucket is not among the signer's"));
    for operation in Operation::ALL.into_iter().filter(|operation| !suite.operations.contains(operation)) {
        let unsupported = |error: &SignError| *error == SignError::Unsupported(operation);
        check_refused(suite, &own, operation, unsupported, "Unsupported", findings).await;
    }
    for location in foreign(&own).iter().chain(&suite.foreign) {
        findings.expect(!suite.signer.claims(location), || format!("{location}: the signer claims a foreign location"));
        let not_served = |error: &SignError| matches!(error, SignError::NotServed(_));
        check_refused(suite, location, suite.operation(), not_served, "NotServed", findings).await;
    }
}

/// The same object in every other scheme, and at an endpoint that no configuration names.
fn foreign(own: &ObjectLocation) -> Vec<ObjectLocation> {
    let endpoints = [own.endpoint().map(ToOwned::to_owned), Some("foreign.invalid:1".to_owned())];
    let places = Scheme::ALL.into_iter().flat_map(|scheme| endpoints.clone().map(|endpoint| (scheme, endpoint)));
    places
        .filter_map(|(scheme, endpoint)| ObjectLocation::new(scheme, endpoint, own.bucket(), own.key().clone()).ok())
        .filter(|location| location != own)
        .collect()
}

async fn check_refused(
    suite: &Suite,
    location: &ObjectLocation,
    operation: Operation,
    is_right: impl Fn(&SignError) -> bool,
    expected: &str,
    findings: &mut Findings,
) {
    let request = suite.request(operation, location);
    let outcomes = [Some(suite.sign(&request).await), suite.signer.sign_now(&request)];
    for outcome in outcomes.into_iter().flatten() {
        match outcome {
            Ok(_) => findings.report(format!("{operation} {location}: is signed instead of refused as {expected}")),
            Err(error) => {
                findings
                    .expect(is_right(&error), || format!("{operation} {location}: is refused, but not as {expected}"));
                if let Err(problem) = secrecy::check_error(suite, &error) {
                    findings.report(format!("{operation} {location}: {problem}"));
                }
            }
        }
    }
}
