//! Uploads in parts: blocks, and the list that makes a blob of them.

use async_trait::async_trait;
use base64::{Engine, engine::general_purpose::STANDARD};
use presign_core::{
    FinishedPart, Multipart, PartLimits, SignError, SignRequest, SignedStep, SignedUrl, Signer, Step, encode,
};

use crate::{AzureSigner, signer};

/// What [Put Block](https://learn.microsoft.com/rest/api/storageservices/put-block) and Put Block List accept.
const LIMITS: PartLimits = PartLimits { min_bytes: 1, max_bytes: 4_000 * 1024 * 1024, max_parts: 50_000 };

/// An upload begins with its first block, and one that is given up is dropped by Azure after a week: nothing of it was
/// ever to be seen, and no request could drop it without touching the blob that may be there.
#[async_trait]
impl Multipart for AzureSigner {
    fn limits(&self) -> PartLimits {
        LIMITS
    }

    async fn sign_step(&self, request: &SignRequest<'_>, step: Step<'_>) -> Result<Option<SignedStep>, SignError> {
        let (query, body) = match step {
            Step::Create | Step::Abort { .. } => return Ok(None),
            Step::Part { upload_id, number } => {
                let block = encode::query(&block_id(upload_id, number));
                (format!("&comp=block&blockid={block}"), String::new())
            }
            Step::Complete { upload_id, parts } => ("&comp=blocklist".to_owned(), list(upload_id, parts)),
        };
        let whole = self.sign(request).await?;
        let (operation, expires_at) = (whole.operation(), whole.expires_at());
        let url = SignedUrl::new(whole.into_exposed() + &query, operation, expires_at);
        let url = match step {
            Step::Complete { .. } => signer::written(url, request),
            _ => url,
        };
        Ok(Some(SignedStep { method: "PUT", url, body }))
    }

    /// Nothing is asked at the start, so nothing is answered.
    fn upload_id(&self, _answer: &str) -> Option<String> {
        None
    }

    fn is_completed(&self, _answer: &str) -> bool {
        true
    }
}

/// All ids of a blob's blocks have to be of one length, and those of two uploads must not be the same.
fn block_id(upload_id: &str, number: u32) -> String {
    STANDARD.encode(format!("{upload_id:0>32}-{number:05}"))
}

/// The [`BlockList`](https://learn.microsoft.com/rest/api/storageservices/put-block-list#request-body).
fn list(upload_id: &str, parts: &[FinishedPart]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"utf-8\"?><BlockList>");
    for part in parts {
        text.extend(["<Uncommitted>", &block_id(upload_id, part.number), "</Uncommitted>"]);
    }
    text.push_str("</BlockList>");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn block_ids_have_one_length_and_are_an_upload_s_own() {
        let ids = [("a", 1), ("a", 50_000), ("b", 1), ("0123456789abcdef0123456789abcdef", 7)];
        let ids = ids.map(|(upload_id, number)| block_id(upload_id, number));
        assert!(ids.iter().all(|id| id.len() == ids[0].len() && id.len() <= 64), "{ids:?}");
        assert_ne!(ids[0], ids[2]);
    }
}
