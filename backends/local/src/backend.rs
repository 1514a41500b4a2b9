//! From configuration to signer.

use aws_lc_rs::rand;
use presign_core::{
    Backend, BuildContext, BuildError, Environment, ObjectKey, ObjectLocation, Operation, Scheme, SecretRef,
};
use secrecy::{ExposeSecret, SecretSlice};

use crate::{LocalConfig, LocalSigner, folder::Folder, link::LinkKey};

const SHORTEST_SECRET: usize = 32;

/// The kind `local`.
#[derive(Debug)]
pub struct Local;

impl Backend for Local {
    const KIND: &'static str = "local";
    const OPERATIONS: &'static [Operation] = &Operation::ALL;
    type Config = LocalConfig;
    type Signer = LocalSigner;

    async fn build(config: LocalConfig, context: BuildContext) -> Result<LocalSigner, BuildError> {
        let folder = Folder::open(&config.root);
        let bucket = check_bucket(&config.bucket);
        let url = context.content_url.ok_or_else(no_content_url);
        let secret = link_secret(config.link_secret.as_ref(), context.environment.as_ref());
        match (folder, bucket, url, secret) {
            (Ok(folder), Ok(()), Ok(url), Ok(secret)) => {
                let key = LinkKey::new(&secret, &context.name, &config.bucket)?;
                Ok(LocalSigner::new(folder, config.bucket, url, key))
            }
            (folder, bucket, url, secret) => Err(all([folder.err(), bucket.err(), url.err(), secret.err()])),
        }
    }
}

fn all(errors: impl IntoIterator<Item = Option<BuildError>>) -> BuildError {
    let none = BuildError { problems: Vec::new() };
    errors.into_iter().flatten().fold(none, BuildError::and)
}

fn no_content_url() -> BuildError {
    BuildError::at(
        "",
        "links to this backend lead back to the gateway, which does not know its own address: set server.public_url to \
         the URL under which clients reach it",
    )
}

fn check_bucket(bucket: &str) -> Result<(), BuildError> {
    let at_bucket = |message: String| BuildError::at("bucket", message);
    let key = ObjectKey::parse("key").map_err(|error| at_bucket(error.to_string()))?;
    ObjectLocation::new(Scheme::Local, None, bucket, key).map(drop).map_err(|error| at_bucket(error.to_string()))
}

fn link_secret(reference: Option<&SecretRef>, environment: &dyn Environment) -> Result<SecretSlice<u8>, BuildError> {
    let at_secret = |message: String| BuildError::at("link_secret", message);
    let Some(reference) = reference else {
        let mut bytes = vec![0; SHORTEST_SECRET];
        rand::fill(&mut bytes).map_err(|_| at_secret("the system gives no random bytes".into()))?;
        return Ok(bytes.into());
    };
    let secret = reference.resolve(environment).map_err(at_secret)?;
    if secret.expose_secret().len() < SHORTEST_SECRET {
        return Err(at_secret(format!(
            "is shorter than {SHORTEST_SECRET} characters: make one with 'openssl rand -hex 32'"
        )));
    }
    Ok(secret.expose_secret().as_bytes().to_vec().into())
}
