//! Asks a store for a bucket's region.

use std::sync::Arc;

use http::Uri;
use presign_core::{Clock, ExpiresIn, encode};
use presign_credentials::Held;
use presign_v4::PresignRequest;

use super::{
    name::{Region, check_elsewhere},
    told::{Told, by_header, by_location, by_refusal},
};
use crate::{
    Credential,
    address::Address,
    fetch::{Clients, why},
    site::signer_of,
};

/// A question to a store lives no longer.
const LIFE_SECONDS: u64 = 60;
/// No answer is longer.
const LONGEST_ANSWER: usize = 64 * 1024;

/// Asks a store for a bucket's region.
#[derive(Debug)]
pub(crate) struct Probe {
    pub(crate) clients: Clients,
    pub(crate) clock: Arc<dyn Clock>,
    /// Where to ask.
    pub(crate) address: Address,
    /// Whether that is AWS, which tells everybody; other stores are asked with a signature.
    pub(crate) is_aws: bool,
    /// The region that a question is signed for.
    pub(crate) region: String,
}

impl Probe {
    /// Where the bucket lies, when nothing is known.
    ///
    /// # Errors
    /// When the store does not answer, or names what is no region.
    pub(crate) async fn find(&self, bucket: &str, held: &Held<Credential>) -> Result<Told, String> {
        let told = self.by_head(bucket).await?;
        let told = if told == Told::Nothing { self.by_location(bucket, held, by_location).await? } else { told };
        self.checked(told)
    }

    /// Where the bucket lies, if not where the configuration says.
    ///
    /// # Errors
    /// As [`Probe::find`].
    pub(crate) async fn verify(&self, bucket: &str, held: &Held<Credential>) -> Result<Told, String> {
        // Elsewhere a region may be called anything, as long as the signature is accepted: only a refusal counts.
        let told =
            if self.is_aws { self.by_head(bucket).await? } else { self.by_location(bucket, held, by_refusal).await? };
        self.checked(told)
    }

    async fn by_head(&self, bucket: &str) -> Result<Told, String> {
        let place = self.address.bucket(bucket);
        let url = format!("{}://{}{}", self.address.scheme(), place.0, encode::path(&place.1));
        let (status, header, _) = self.ask(http::Method::HEAD, &url).await?;
        Ok(by_header(status, header.as_deref()))
    }

    async fn by_location(
        &self,
        bucket: &str,
        held: &Held<Credential>,
        read: fn(u16, &str) -> Told,
    ) -> Result<Told, String> {
        let (host, path) = self.address.bucket(bucket);
        let life = ExpiresIn::from_seconds(LIFE_SECONDS).unwrap_or(ExpiresIn::MAX);
        let request = PresignRequest {
            scheme: self.address.scheme(),
            host: &[&host],
            path: &[&path],
            query: &[("location", "")],
            ..PresignRequest::new("GET", self.clock.now(), life)
        };
        let url = signer_of(&held.credential, &self.region).sign(&request);
        let (status, header, body) = self.ask(http::Method::GET, &url).await?;
        Ok(match read(status, &body) {
            Told::Nothing if matches!(status, 301 | 400) => by_header(status, header.as_deref()),
            told => told,
        })
    }

    async fn ask(&self, method: http::Method, url: &str) -> Result<(u16, Option<String>, String), String> {
        let uri: Uri = url.parse().map_err(|_| "the bucket cannot stand in a URL".to_owned())?;
        let client = self.clients.of(&uri)?;
        let mut response = client.request(method, url).send().await.map_err(why)?;
        let header = response.headers().get("x-amz-bucket-region").and_then(|value| value.to_str().ok());
        let (status, header) = (response.status().as_u16(), header.map(str::to_owned));
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(why)? {
            body.extend_from_slice(&chunk);
            if body.len() > LONGEST_ANSWER {
                return Err("the store's answer is too long".to_owned());
            }
        }
        if status >= 500 || status == 429 {
            return Err(format!("the store answers {status}"));
        }
        Ok((status, header, String::from_utf8_lossy(&body).into_owned()))
    }

    /// A region becomes part of a host, so it has to be one.
    fn checked(&self, told: Told) -> Result<Told, String> {
        if let Told::Region(name) = &told {
            if self.is_aws {
                Region::parse(name)?;
            } else {
                check_elsewhere(name)?;
            }
        }
        Ok(told)
    }
}
