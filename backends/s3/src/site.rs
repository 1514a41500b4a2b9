//! A store in one region: where its objects are, and what signs for them.

use std::sync::{Arc, PoisonError, RwLock};

use presign_core::{Audience, Origin};
use presign_credentials::Held;
use presign_v4::HmacSigner;

use crate::{AddressingStyle, Credential, address::Address, aws::Flavour, region::Region};

/// The service's name in the credential scope.
const SERVICE: &str = "s3";

/// Where a store is, whatever the region.
#[derive(Debug)]
pub(crate) enum Layout {
    /// AWS, each region at its own host.
    Aws(Flavour, AddressingStyle),
    /// Any other store, or AWS behind a host of one's own. The first address is for clients, the second for the gateway.
    Custom(Address, Address),
}

/// A store in one region.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) region: String,
    /// For clients.
    address: Address,
    /// For the gateway itself.
    own_address: Address,
    latest: RwLock<Option<Arc<Key>>>,
}

/// A credential, and the V4 signer that was made of it.
#[derive(Debug)]
pub(crate) struct Key {
    credential: Arc<Held<Credential>>,
    pub(crate) signer: HmacSigner,
}

impl Layout {
    /// The store in one region.
    pub(crate) fn site(&self, region: &str) -> Site {
        let (address, own_address) = match self {
            Self::Aws(flavour, style) => {
                let address = aws_address(*flavour, *style, region);
                (address.clone(), address)
            }
            Self::Custom(address, own_address) => (address.clone(), own_address.clone()),
        };
        Site { region: region.to_owned(), address, own_address, latest: RwLock::new(None) }
    }
}

/// The address of a region that was checked.
pub(crate) fn aws_address(flavour: Flavour, style: AddressingStyle, region: &str) -> Address {
    let origin = Origin::https(flavour.host(Region::checked(region)));
    if flavour.accelerate { Address::accelerated(origin) } else { Address::aws(origin, style) }
}

impl Site {
    pub(crate) const fn address(&self, audience: Audience) -> &Address {
        match audience {
            Audience::Client => &self.address,
            Audience::Gateway => &self.own_address,
        }
    }

    /// What signs with this credential. The signer of the latest one is kept.
    pub(crate) fn key(&self, credential: &Arc<Held<Credential>>) -> Arc<Key> {
        let latest = self.latest.read().unwrap_or_else(PoisonError::into_inner).as_ref().map(Arc::clone);
        if let Some(key) = latest.filter(|key| Arc::ptr_eq(&key.credential, credential)) {
            return key;
        }
        let signer = signer_of(&credential.credential, &self.region);
        let key = Arc::new(Key { credential: Arc::clone(credential), signer });
        *self.latest.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&key));
        key
    }
}

/// The V4 signer of a credential in a region.
pub(crate) fn signer_of(credential: &Credential, region: &str) -> HmacSigner {
    let signer = HmacSigner::aws4(credential.access_key.as_str(), credential.secret_key.clone(), region, SERVICE);
    match &credential.session_token {
        Some(token) => signer.with_session_token(token),
        None => signer,
    }
}
