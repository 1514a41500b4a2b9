//! What a signer signs with.

use presign_credentials::CredentialCache;

use crate::{
    delegation::DelegationKeySource, ready_made::ReadyMadeSas, sas_key::SasKey, service_version::ServiceVersion,
};

/// One of the kinds of credential.
#[derive(Debug)]
pub(crate) enum Credential {
    /// Every link gets a SAS of its own, signed by the account's key.
    AccountKey { key: SasKey, version: ServiceVersion },
    /// Every link gets the same SAS.
    ReadyMade(ReadyMadeSas),
    /// Every link gets a SAS of its own, signed by the user delegation key of an identity.
    Delegated { keys: CredentialCache<DelegationKeySource>, version: ServiceVersion },
}
