//! An access key whose parts lie in files, which somebody may write again.

use std::time::Duration;

use presign_core::{Environment, SecretRef, ValueRef};
use presign_credentials::FetchError;

use crate::Credential;

/// Where the parts of an access key are.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    pub(crate) access_key: ValueRef,
    pub(crate) secret_key: SecretRef,
    pub(crate) session_token: Option<SecretRef>,
}

impl Files {
    /// How often they are read.
    pub(crate) const READ_AGAIN: Duration = Duration::from_mins(1);

    /// Whether there is any file among them.
    pub(crate) fn any(&self) -> bool {
        let key_in_file = matches!(self.access_key, ValueRef::Reference(SecretRef::File(_)));
        let secrets = [Some(&self.secret_key), self.session_token.as_ref()];
        key_in_file || secrets.into_iter().flatten().any(|secret| matches!(secret, SecretRef::File(_)))
    }

    pub(crate) fn read(&self, environment: &dyn Environment) -> Result<Credential, FetchError> {
        // A file that is being written may be missing or empty for a moment.
        let resolve = || {
            Ok(Credential {
                access_key: self.access_key.resolve(environment).and_then(check_access_key)?,
                secret_key: self.secret_key.resolve(environment)?,
                session_token: self.session_token.as_ref().map(|token| token.resolve(environment)).transpose()?,
                expires_at: None,
            })
        };
        resolve().map_err(|message: String| FetchError::Refused(message))
    }
}

/// The key's id stands in the credential scope, between slashes. It is not repeated: somebody may have mixed it up with
/// the secret.
pub(crate) fn check_access_key(id: String) -> Result<String, String> {
    let breaks = |character: char| character == '/' || character.is_whitespace() || character.is_control();
    if id.is_empty() || id.contains(breaks) {
        return Err("is not an access key's id: it is empty, or has a space or a slash".to_owned());
    }
    Ok(id)
}
