//! The object that a garbled key means, by asking the store: [`respelling`] makes the guesses.

use presign_core::{Clock, ObjectLocation, Timestamp};

use crate::{
    auth::Principal,
    existence::{Existence, Presence},
    gateway::Wanted,
    respelling,
    snapshot::Snapshot,
};

/// The wish with the key's spelling that exists, where the one that was asked for does not; `None` to leave it as it is.
pub(crate) async fn as_stored(
    existence: &Existence,
    snapshot: &Snapshot,
    caller: &Principal,
    wanted: &Wanted,
    clock: &dyn Clock,
) -> Option<Wanted> {
    if !snapshot.config.ui.key_fallbacks || !wanted.operation.is_read() {
        return None;
    }
    let others = respelling::other_spellings(&wanted.location);
    if others.is_empty() {
        return None;
    }
    let asking = Asking { existence, snapshot, caller, wanted, now: clock.now() };
    if asking.presence(&wanted.location).await? == Presence::There {
        return None;
    }
    for location in others {
        if asking.presence(&location).await == Some(Presence::There) {
            return Some(Wanted { location, ..wanted.clone() });
        }
    }
    None
}

/// Who asks whom, and for what.
struct Asking<'a> {
    existence: &'a Existence,
    snapshot: &'a Snapshot,
    caller: &'a Principal,
    wanted: &'a Wanted,
    now: Timestamp,
}

impl Asking<'_> {
    /// Whether an object is there, as far as the caller may know; `None` when the rules refuse it, or the store is down.
    async fn presence(&self, location: &ObjectLocation) -> Option<Presence> {
        let spellings = self.snapshot.endpoints.spellings(location);
        let found = self.snapshot.rules.find(&spellings, location)?;
        let grant = found.authorize(self.caller, self.wanted.operation).ok()?;
        let route = self.snapshot.route(found.rule())?;
        let (signer, backend) = (route.signer(&grant).ok()?, (grant.backend(), route.built_in));
        self.existence.ask(signer.as_ref(), backend, grant.location(), self.now).await.ok()
    }
}
