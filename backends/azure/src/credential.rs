//! What a signer signs with.

use crate::{account_key::AccountKey, ready_made::ReadyMadeSas, service_version::ServiceVersion};

/// One of the kinds of credential.
#[derive(Debug)]
pub(crate) enum Credential {
    /// Every link gets a SAS of its own.
    AccountKey { key: AccountKey, version: ServiceVersion },
    /// Every link gets the same SAS.
    ReadyMade(ReadyMadeSas),
}
