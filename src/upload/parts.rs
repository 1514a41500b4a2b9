//! The steps of an upload in parts that the gateway takes itself.

use std::time::Duration;

use presign_core::{FinishedPart, Multipart, Operation, SignedStep, Step};
use tokio::time::timeout;

use super::{
    UploadError,
    exchange::{Body, Outgoing, Reply},
    transfer::Uploader,
};
use crate::{admitted::Admitted, refusal::Refusal};

/// An object whose parts are sent.
pub(crate) struct Parts<'a> {
    pub(crate) uploader: &'a Uploader,
    pub(crate) target: &'a Admitted,
    pub(crate) multipart: &'a dyn Multipart,
}

impl Parts<'_> {
    /// How long a store may take to put an object together.
    pub(crate) const COMPLETION: Duration = Duration::from_mins(5);

    /// Begins an upload, and says its id.
    pub(crate) async fn create(&self, content_type: Option<&str>, patience: Duration) -> Result<String, UploadError> {
        let Some(request) = self.signed(content_type, Step::Create, None).await? else { return random_id() };
        let reply =
            within(patience, self.uploader.exchange.send(self.target, request, self.uploader.clock.now())).await?;
        let reply = reply.carried_out("the start of an upload")?;
        let id = self.multipart.upload_id(&reply.text);
        id.ok_or_else(|| Refusal::Store("the store gave the upload no id".to_owned()).into())
    }

    /// A link for the caller to send a part with.
    pub(crate) async fn link(&self, upload_id: &str, number: u32) -> Result<SignedStep, UploadError> {
        let request = self.target.link_request()?;
        let signed = self.multipart.sign_step(&request, Step::Part { upload_id, number }).await?;
        signed.ok_or_else(|| Refusal::Internal("the signer leaves out a step".to_owned()).into())
    }

    /// Makes the object.
    pub(crate) async fn complete(
        &self,
        content_type: Option<&str>,
        upload_id: &str,
        parts: &[FinishedPart],
    ) -> Result<(), UploadError> {
        let reply =
            within(Self::COMPLETION, self.send(content_type, Step::Complete { upload_id, parts }, None)).await?;
        let reply = reply.carried_out("the end of an upload")?;
        if self.multipart.is_completed(&reply.text) {
            return Ok(());
        }
        Err(Refusal::Store("the store did not put the upload together".to_owned()).into())
    }

    /// Throws an upload away. One that is not there any more is thrown away already.
    pub(crate) async fn abort(&self, upload_id: &str, patience: Duration) -> Result<(), UploadError> {
        let Some(request) = self.signed(None, Step::Abort { upload_id }, None).await? else { return Ok(()) };
        let reply =
            within(patience, self.uploader.exchange.send(self.target, request, self.uploader.clock.now())).await?;
        match reply.status {
            404 => Ok(()),
            _ => reply.carried_out("the abort of an upload").map(drop),
        }
    }

    /// Sends a step that every store needs a request for.
    pub(super) async fn send(
        &self,
        content_type: Option<&str>,
        step: Step<'_>,
        body: Option<Body>,
    ) -> Result<Reply, UploadError> {
        let request = self.signed(content_type, step, body).await?;
        let request = request.ok_or_else(|| Refusal::Internal("the signer leaves out a step".to_owned()))?;
        self.uploader.exchange.send(self.target, request, self.uploader.clock.now()).await
    }

    async fn signed(
        &self,
        content_type: Option<&str>,
        step: Step<'_>,
        body: Option<Body>,
    ) -> Result<Option<Outgoing>, UploadError> {
        let request = self.target.request(Operation::Put, self.uploader.clock.now())?;
        let signed = self.multipart.sign_step(&request.with_content(content_type, None), step).await?;
        Ok(signed.map(|signed| {
            let body = body.unwrap_or(Body::Text(signed.body));
            Outgoing { method: signed.method, url: signed.url, body }
        }))
    }
}

async fn within<T>(limit: Duration, work: impl Future<Output = Result<T, UploadError>>) -> Result<T, UploadError> {
    timeout(limit, work).await.unwrap_or(Err(UploadError::Stalled))
}

/// 32 hexadecimal digits.
fn random_id() -> Result<String, UploadError> {
    let mut bytes = [0_u8; 16];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Refusal::Internal("no random bytes".to_owned()))?;
    Ok(format!("{:032x}", u128::from_be_bytes(bytes)))
}
