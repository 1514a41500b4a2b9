//! Signs links to the folder.

use std::slice;

use async_trait::async_trait;
use http::HeaderValue;
use presign_core::{
    Content, ObjectLocation, ResponseOverrides, Scheme, SignError, SignRequest, SignedUrl, Signer, encode,
};

use crate::{
    folder::Folder,
    link::{Claims, LinkKey, parameter},
};

/// Signs links to one folder, and serves them.
#[derive(Debug)]
pub struct LocalSigner {
    pub(crate) folder: Folder,
    pub(crate) link_key: LinkKey,
    bucket: String,
    pub(crate) content_url: String,
}

impl LocalSigner {
    pub(crate) fn new(folder: Folder, bucket: String, content_url: String, link_key: LinkKey) -> Self {
        Self { folder, link_key, bucket, content_url }
    }

    fn sign_link(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        if request.attribution.is_some() {
            return Err(SignError::UnsupportedAttribution);
        }
        if !self.claims(request.location) {
            let own = format!("this folder is local://{}", self.bucket);
            return Err(SignError::NotServed(own));
        }
        check_overrides(request.overrides)?;
        let claims = claims_of(request);
        let mut url = self.content_url.clone();
        url.push('/');
        encode::path_into(&mut url, request.location.key().as_str());
        url.extend(["?", &claims.parameters(), "&", parameter::SIGNATURE, "=", &self.link_key.signature(&claims)]);
        Ok(SignedUrl::new(url, request.operation, request.expires_at()))
    }
}

fn claims_of<'a>(request: &SignRequest<'a>) -> Claims<'a> {
    Claims {
        operation: request.operation,
        key: request.location.key(),
        signed_at: request.signed_at,
        expires_in: request.expires_in,
        overrides: request.overrides,
    }
}

/// What could not be sent later must not be signed now.
fn check_overrides(overrides: &ResponseOverrides) -> Result<(), SignError> {
    for (name, value) in [
        ("cache_control", &overrides.cache_control),
        ("content_disposition", &overrides.content_disposition),
        ("content_type", &overrides.content_type),
    ] {
        if value.as_deref().is_some_and(|value| HeaderValue::from_str(value).is_err()) {
            return Err(SignError::Internal(format!("the response override {name} is not the value of a header")));
        }
    }
    Ok(())
}

#[async_trait]
impl Signer for LocalSigner {
    fn sign_now(&self, request: &SignRequest<'_>) -> Option<Result<SignedUrl, SignError>> {
        Some(self.sign_link(request))
    }

    async fn sign(&self, request: &SignRequest<'_>) -> Result<SignedUrl, SignError> {
        self.sign_link(request)
    }

    fn claims(&self, location: &ObjectLocation) -> bool {
        location.scheme() == Scheme::Local && location.endpoint().is_none() && location.bucket() == self.bucket
    }

    fn buckets(&self) -> &[String] {
        slice::from_ref(&self.bucket)
    }

    fn string_to_sign(&self, request: &SignRequest<'_>) -> Option<String> {
        Some(self.link_key.string_to_sign(&claims_of(request)))
    }

    fn content(&self) -> Option<&dyn Content> {
        Some(self)
    }
}
