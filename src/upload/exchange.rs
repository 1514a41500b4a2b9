//! One signed request to a store, and its answer.

use bytes::Bytes;
use futures::{StreamExt, TryStreamExt, stream};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use presign_core::{Content, ContentError, SignedUrl, Timestamp};

use super::{UploadError, source::Pieces};
use crate::{admitted::Admitted, bulk::Bulk, refusal::Refusal};

/// The most that is read of an answer: ids and error codes stand at its start.
const LONGEST_ANSWER: usize = 64 * 1024;

/// A request whose URL and headers are signed.
pub(super) struct Outgoing {
    pub(super) method: &'static str,
    pub(super) url: SignedUrl,
    pub(super) body: Body,
}

/// A request's body.
pub(super) enum Body {
    Text(String),
    /// The bytes, and how many they are.
    Pieces(Pieces, u64),
}

/// A store's answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) etag: String,
    pub(super) text: String,
}

/// Speaks to stores: over HTTP, or directly where the links lead back to the gateway.
#[derive(Debug, Clone)]
pub(super) struct Exchange {
    client: reqwest::Client,
    bulk: Bulk,
}

impl Exchange {
    pub(super) const fn new(client: reqwest::Client, bulk: Bulk) -> Self {
        Self { client, bulk }
    }

    /// Sends a request and reads the answer, whatever its status.
    pub(super) async fn send(
        &self,
        target: &Admitted,
        request: Outgoing,
        now: Timestamp,
    ) -> Result<Reply, UploadError> {
        let headers = headers(&request)?;
        let own = target.signer.content().and_then(|content| Some((content, content.path_of(request.url.expose())?)));
        match own {
            Some((content, path)) => serve(content, path, request.method, headers, request.body, now).await,
            None => self.send_over_http(&request.url, request.method, headers, request.body).await,
        }
    }

    async fn send_over_http(
        &self,
        url: &SignedUrl,
        method: &'static str,
        headers: HeaderMap,
        body: Body,
    ) -> Result<Reply, UploadError> {
        let method = Method::from_bytes(method.as_bytes()).unwrap_or(Method::PUT);
        let body = match body {
            Body::Text(text) => reqwest::Body::from(text),
            Body::Pieces(pieces, _) => reqwest::Body::wrap_stream(pieces),
        };
        let request = self.client.request(method, url.expose()).headers(headers).body(body);
        let sent = self.bulk.run(request.send()).await.ok_or_else(|| down("the gateway is ending".to_owned()))?;
        let mut answer = sent.map_err(|error| down(format!("the store: {}", error.without_url())))?;
        let (status, etag) = (answer.status().as_u16(), etag(answer.headers()));
        let mut text = Vec::new();
        // An answer that breaks off after its status has said what matters, unless it is to be read.
        while let Ok(Some(piece)) = answer.chunk().await {
            text.extend_from_slice(&piece);
            if text.len() > LONGEST_ANSWER {
                break;
            }
        }
        Ok(Reply { status, etag, text: String::from_utf8_lossy(&text).into_owned() })
    }
}

/// Hands a request to a signer that serves its own links.
async fn serve(
    content: &dyn Content,
    path: &str,
    method: &str,
    headers: HeaderMap,
    body: Body,
    now: Timestamp,
) -> Result<Reply, UploadError> {
    let malformed = |error: http::Error| Refusal::Internal(format!("a signer's own link is no request: {error}"));
    let mut parts = Request::builder().method(method).uri(path).body(()).map_err(malformed)?.into_parts().0;
    parts.headers = headers;
    let pieces: Pieces = match body {
        Body::Text(text) => Box::pin(stream::iter([Ok(Bytes::from(text))])),
        Body::Pieces(pieces, _) => pieces,
    };
    let pieces = Box::pin(pieces.map_err(|error| ContentError::from(error.to_string())));
    let path = path.split('?').next().unwrap_or_default();
    let (answer, mut rest) = content.receive(path, &parts, pieces, now).await.into_parts();
    let mut text = Vec::new();
    while let Some(Ok(piece)) = rest.next().await {
        text.extend_from_slice(&piece);
    }
    let text = String::from_utf8_lossy(&text).into_owned();
    Ok(Reply { status: answer.status.as_u16(), etag: etag(&answer.headers), text })
}

fn headers(request: &Outgoing) -> Result<HeaderMap, UploadError> {
    let mut headers = HeaderMap::new();
    for (name, value) in request.url.headers() {
        let value = HeaderValue::from_str(value);
        let value = value.map_err(|_| Refusal::Internal(format!("the header {name} cannot be sent")))?;
        headers.insert(HeaderName::from_static(name), value);
    }
    let length = match &request.body {
        Body::Text(text) => text.len() as u64,
        Body::Pieces(_, length) => *length,
    };
    headers.insert(header::CONTENT_LENGTH, length.into());
    Ok(headers)
}

fn etag(headers: &HeaderMap) -> String {
    headers.get(header::ETAG).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

fn down(message: String) -> UploadError {
    Refusal::Unavailable { message, retry_after: None }.into()
}

impl Reply {
    /// The answer, if it says that the request was carried out.
    ///
    /// # Errors
    /// What the store's status means to the caller. Of its text only the error's code is told, and only to the log: the
    /// rest may hold what was signed.
    pub(super) fn carried_out(self, what: &str) -> Result<Self, UploadError> {
        if (200..=299).contains(&self.status) {
            return Ok(self);
        }
        let message = format!("the store answered {} {} to {what}", self.status, self.code());
        Err(match self.status {
            401 | 403 => Refusal::BackendCredentials(message),
            404 => Refusal::NotFound,
            408 | 429 | 500..=599 => Refusal::Unavailable { message, retry_after: None },
            _ => Refusal::Store(message),
        }
        .into())
    }

    /// The text between `<Code>` and its end, as S3, Google and Azure write it.
    fn code(&self) -> &str {
        let code = self.text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
        let code = code.map(|(code, _)| code).unwrap_or_default();
        if code.len() <= 64 && code.bytes().all(|byte| byte.is_ascii_alphanumeric()) { code } else { "" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(status: u16, text: &str) -> Refusal {
        let reply = Reply { status, etag: String::new(), text: text.to_owned() };
        match reply.carried_out("a PUT").unwrap_err() {
            UploadError::Refused(refusal) => refusal,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn of_a_store_s_refusal_nothing_is_told_but_status_and_code() {
        let text = "<Error><Code>SignatureDoesNotMatch</Code><StringToSign>secret</StringToSign></Error>";
        let expected = "the store answered 403 SignatureDoesNotMatch to a PUT";
        assert_eq!(refusal(403, text), Refusal::BackendCredentials(expected.to_owned()));
        assert_eq!(refusal(400, "<Code>a b\nc</Code>"), Refusal::Store("the store answered 400  to a PUT".to_owned()));
        assert_eq!(refusal(404, ""), Refusal::NotFound);
        assert!(matches!(refusal(503, ""), Refusal::Unavailable { .. }));
    }
}
