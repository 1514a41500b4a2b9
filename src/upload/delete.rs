//! Deleting an object.

use presign_core::Operation;

use super::{
    UploadError,
    exchange::{Body, Outgoing},
    transfer::Uploader,
};
use crate::admitted::Admitted;

impl Uploader {
    /// Deletes an object. Most stores do not say whether there was one.
    ///
    /// # Errors
    /// When the store says that there is none, or does not delete it.
    pub(crate) async fn delete(&self, target: &Admitted) -> Result<(), UploadError> {
        let now = self.clock.now();
        let request = target.request(Operation::Delete, now)?;
        let url = crate::snapshot::sign(target.signer.as_ref(), &request).await?;
        let outgoing = Outgoing { method: "DELETE", url, body: Body::Text(String::new()) };
        self.exchange.send(target, outgoing, now).await?.carried_out("a DELETE").map(drop)
    }
}
