//! A service account whose key lies in a file, and may be replaced there.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use aws_lc_rs::digest::{SHA256, digest};
use presign_core::{Environment, Timestamp};
use presign_credentials::{CredentialSource, FetchError, Fetched};

use crate::{key_file::KeyFile, service_account::ServiceAccount};

/// How often the file is looked at: a key is rotated by putting the new one there, and deleting the old one later.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

/// Reads a key file, again and again.
pub(crate) struct KeyFileSource {
    path: PathBuf,
    environment: Arc<dyn Environment>,
    /// The cloud that the backend's links point to.
    universe: String,
}

/// The account, and by what its file is known again.
#[derive(Debug)]
pub(crate) struct KeyAccount {
    pub(crate) account: ServiceAccount,
    fingerprint: Vec<u8>,
}

impl KeyFileSource {
    pub(crate) const fn new(path: PathBuf, environment: Arc<dyn Environment>, universe: String) -> Self {
        Self { path, environment, universe }
    }

    fn read(&self) -> Result<KeyAccount, String> {
        let (file, text) = read(&self.path, &*self.environment)?;
        match &file.universe_domain {
            Some(domain) if !domain.eq_ignore_ascii_case(&self.universe) => {
                let path = self.path.display();
                Err(format!("{path} is now for another universe, '{domain}': reload the configuration"))
            }
            _ => Ok(KeyAccount {
                account: ServiceAccount::new(file),
                fingerprint: digest(&SHA256, text.as_bytes()).as_ref().to_vec(),
            }),
        }
    }
}

/// Reads a key file and its text.
///
/// # Errors
/// Names the file and what is wrong with it, and repeats nothing of it.
pub(crate) fn read(path: &Path, environment: &dyn Environment) -> Result<(KeyFile, String), String> {
    let text =
        environment.read(path).map_err(|error| format!("the file {} cannot be read: {error}", path.display()))?;
    let file = KeyFile::parse(&text).map_err(|why| format!("{} {why}", path.display()))?;
    Ok((file, text))
}

#[async_trait]
impl CredentialSource for KeyFileSource {
    type Credential = KeyAccount;

    async fn fetch(&self, _now: Timestamp) -> Result<Fetched<KeyAccount>, FetchError> {
        let account = self.read().map_err(FetchError::Refused)?;
        Ok(Fetched { refresh_after: Some(LOOK_AGAIN), ..Fetched::permanent(account) })
    }

    fn is_same(&self, one: &KeyAccount, other: &KeyAccount) -> bool {
        one.fingerprint == other.fingerprint
    }
}

impl fmt::Debug for KeyFileSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyFileSource").field("path", &self.path).finish_non_exhaustive()
    }
}
