//! Uploads in parts: each step is a link of its own.

use async_trait::async_trait;
use presign_core::{Multipart, PartLimits, SignError, SignRequest, SignedStep, Step};
use presign_v4::multipart::{self, StepForm};

use crate::{S3Signer, signer};

#[async_trait]
impl Multipart for S3Signer {
    fn limits(&self) -> PartLimits {
        multipart::PART_LIMITS
    }

    async fn sign_step(&self, request: &SignRequest<'_>, step: Step<'_>) -> Result<Option<SignedStep>, SignError> {
        let form = StepForm::of(step);
        let written = multipart::written(signer::written(request), step);
        let mut query: Vec<_> = form.query.iter().map(|(name, value)| (*name, value.as_ref())).collect();
        query.extend(signer::attribution(request));
        let hand = self.fetched(request).await?;
        let url = self.link_for(request, &hand, form.method, &query, written)?;
        Ok(Some(SignedStep { method: form.method, url, body: form.body }))
    }

    fn upload_id(&self, answer: &str) -> Option<String> {
        multipart::upload_id(answer)
    }

    fn is_completed(&self, answer: &str) -> bool {
        multipart::is_completed(answer)
    }
}
