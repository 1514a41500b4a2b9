//! What each backend of a configuration serves, for [`crate::rules::RuleSet::coverage`].

use std::collections::BTreeMap;

use presign_core::{Endpoint, ObjectKey, ObjectLocation, Scheme, Signer};

use crate::{
    rules::{Reach, StoreName, glob},
    snapshot::Snapshot,
};

/// What each backend serves, by its name.
#[must_use]
pub fn reaches(snapshot: &Snapshot) -> BTreeMap<String, Reach> {
    snapshot.backends().map(|(name, signer)| (name.to_owned(), reach(snapshot, signer.as_ref()))).collect()
}

fn reach(snapshot: &Snapshot, signer: &dyn Signer) -> Reach {
    let buckets = signer.buckets().to_vec();
    let probe = buckets.first().map_or_else(|| Some("bucket".to_owned()), |pattern| glob::example(pattern));
    let names = signer.endpoints();
    let of_endpoint = |endpoint: &Endpoint| {
        let name = endpoint.location_endpoint()?;
        let aliases = snapshot.endpoints.aliases(endpoint.scheme, &name).to_vec();
        Some(StoreName { scheme: endpoint.scheme, endpoint: Some(name), aliases })
    };
    // An Azure URL always names the account.
    let starts_with_bucket = Scheme::ALL.into_iter().filter(|scheme| *scheme != Scheme::Azure);
    let is_claimed = |scheme: &Scheme| probe.as_ref().is_some_and(|bucket| claims(signer, *scheme, bucket));
    let bare =
        starts_with_bucket.filter(is_claimed).map(|scheme| StoreName { scheme, endpoint: None, aliases: Vec::new() });
    Reach { names: names.iter().filter_map(of_endpoint).chain(bare).collect(), buckets }
}

/// Whether URLs that start with the bucket lead to this signer.
fn claims(signer: &dyn Signer, scheme: Scheme, bucket: &str) -> bool {
    let location = ObjectKey::parse("key").ok().and_then(|key| ObjectLocation::new(scheme, None, bucket, key).ok());
    location.is_some_and(|location| signer.claims(&location))
}
