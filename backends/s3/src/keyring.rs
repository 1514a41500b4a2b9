//! From the credential at hand to what signs with it.

use std::sync::{Arc, PoisonError, RwLock};

use presign_v4::HmacSigner;

use crate::credential::{Credential, CredentialProvider};

/// The service's name in the credential scope.
const SERVICE: &str = "s3";

/// Makes a V4 signer of the current credential, and keeps it until there is another.
#[derive(Debug)]
pub(crate) struct Keyring {
    region: String,
    provider: Box<dyn CredentialProvider>,
    latest: RwLock<Arc<Key>>,
}

/// A credential, and the V4 signer that was made of it.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) credential: Arc<Credential>,
    pub(crate) signer: HmacSigner,
}

impl Keyring {
    pub(crate) fn new(region: String, provider: Box<dyn CredentialProvider>) -> Self {
        let latest = RwLock::new(Arc::new(Key::new(provider.current(), &region)));
        Self { region, provider, latest }
    }

    /// The key that signs now.
    pub(crate) fn current(&self) -> Arc<Key> {
        let credential = self.provider.current();
        let latest = Arc::clone(&self.latest.read().unwrap_or_else(PoisonError::into_inner));
        if Arc::ptr_eq(&latest.credential, &credential) {
            return latest;
        }
        let key = Arc::new(Key::new(credential, &self.region));
        *self.latest.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&key);
        key
    }
}

impl Key {
    fn new(credential: Arc<Credential>, region: &str) -> Self {
        let signer = HmacSigner::aws4(credential.access_key.as_str(), credential.secret_key.clone(), region, SERVICE);
        let signer = match &credential.session_token {
            Some(token) => signer.with_session_token(token),
            None => signer,
        };
        Self { credential, signer }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Debug)]
    struct Changing(Arc<Mutex<Arc<Credential>>>);

    impl CredentialProvider for Changing {
        fn current(&self) -> Arc<Credential> {
            Arc::clone(&self.0.lock().unwrap())
        }
    }

    fn credential(access_key: &str) -> Arc<Credential> {
        Arc::new(Credential {
            access_key: access_key.to_owned(),
            secret_key: "s".into(),
            session_token: None,
            expires_at: None,
        })
    }

    #[test]
    fn a_new_credential_gets_a_new_signer_and_an_old_one_keeps_its_own() {
        let now = Arc::new(Mutex::new(credential("OLD")));
        let keyring = Keyring::new("us-east-1".into(), Box::new(Changing(Arc::clone(&now))));
        let first = keyring.current();
        assert!(Arc::ptr_eq(&first, &keyring.current()));
        *now.lock().unwrap() = credential("NEW");
        let second = keyring.current();
        assert_eq!(second.credential.access_key, "NEW");
        assert!(format!("{:?}", second.signer).contains("NEW"));
        assert!(Arc::ptr_eq(&second, &keyring.current()));
    }
}
