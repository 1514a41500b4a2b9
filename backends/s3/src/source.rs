//! From what the configuration says about credentials to a credential.

use presign_core::{Environment, Problems, SecretRef};

use crate::{Credential, Credentials, profile};

/// Reads the credential. One that has to be fetched will get a provider of its own beside
/// [`crate::credential::StaticCredential`].
pub(crate) async fn read(
    credentials: &Credentials,
    environment: &dyn Environment,
    problems: &mut Problems,
) -> Option<Credential> {
    match credentials {
        Credentials::Static { access_key, secret_key, session_token } => {
            let access_key = access_key.resolve(environment).and_then(check_access_key);
            let access_key = problems.keep("credentials.access_key", access_key);
            let secret_key = problems.keep("credentials.secret_key", secret_key.resolve(environment));
            let token = session_token.as_ref().map(|token| token.resolve(environment)).transpose();
            let session_token = problems.keep("credentials.session_token", token);
            let (access_key, secret_key, session_token) = (access_key?, secret_key?, session_token?);
            Some(Credential { access_key, secret_key, session_token, expires_at: None })
        }
        Credentials::Env {} => from_environment(environment, problems),
        Credentials::Profile { profile } => {
            problems.keep("credentials.profile", profile::read(profile.as_deref(), environment).await)
        }
    }
}

fn from_environment(environment: &dyn Environment, problems: &mut Problems) -> Option<Credential> {
    let access_key = environment.variable("AWS_ACCESS_KEY_ID").filter(|value| !value.is_empty());
    let access_key = access_key.ok_or_else(|| "the environment variable AWS_ACCESS_KEY_ID is not set".to_owned());
    let access_key = problems.keep("credentials", access_key.and_then(check_access_key));
    let secret_key = SecretRef::Env("AWS_SECRET_ACCESS_KEY".to_owned()).resolve(environment);
    let secret_key = problems.keep("credentials", secret_key);
    let token = environment.variable("AWS_SESSION_TOKEN").filter(|value| !value.is_empty());
    let session_token = token.map(Into::into);
    Some(Credential { access_key: access_key?, secret_key: secret_key?, session_token, expires_at: None })
}

/// The key's id stands in the credential scope, between slashes. It is not repeated: somebody may have mixed it up with
/// the secret.
fn check_access_key(id: String) -> Result<String, String> {
    let breaks = |character: char| character == '/' || character.is_whitespace() || character.is_control();
    if id.is_empty() || id.contains(breaks) {
        return Err("is not an access key's id: it is empty, or has a space or a slash".to_owned());
    }
    Ok(id)
}
