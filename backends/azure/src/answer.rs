//! One request to a service of Azure, and as much of its answer as others may see.

use std::{error::Error, time::Duration};

use presign_credentials::FetchError;

/// No answer is longer than this, in bytes.
const LONGEST: usize = 256 * 1024;

/// An answer. The body may hold a token or a key, so there is no `Debug`.
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// `x-ms-error-code`: one word that says what is wrong.
    pub(crate) error_code: Option<String>,
    retry_after: Option<Duration>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    /// The service is down, or wants to be asked later.
    pub(crate) fn unavailable(&self, message: String) -> FetchError {
        FetchError::Unavailable { message, retry_after: self.retry_after }
    }
}

/// Sends a request to `whom`.
///
/// # Errors
/// When there is no answer.
pub(crate) async fn send(request: reqwest::RequestBuilder, whom: &str) -> Result<Answer, FetchError> {
    let failed = |error: reqwest::Error| FetchError::unavailable(format!("{whom} {}", why(&error)));
    let mut response = request.send().await.map_err(failed)?;
    let header = |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok());
    let retry_after = header("retry-after").and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
    let error_code = header("x-ms-error-code").and_then(word).map(str::to_owned);
    let mut answer = Answer { status: response.status().as_u16(), error_code, retry_after, body: Vec::new() };
    while let Some(chunk) = response.chunk().await.map_err(failed)? {
        answer.body.extend_from_slice(&chunk);
        if answer.body.len() > LONGEST {
            return Err(FetchError::unavailable(format!("{whom} answered with more than {LONGEST} bytes")));
        }
    }
    Ok(answer)
}

/// A word such as services use to name an error: nothing that could be a secret, or look like a log's next line.
pub(crate) fn word(text: &str) -> Option<&str> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    ((1..=64).contains(&text.len()) && text.bytes().all(fits)).then_some(text)
}

/// What went wrong, without the URL, from its innermost cause, which is the one that helps.
fn why(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "did not answer in time".to_owned();
    }
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    let cause = cause.to_string();
    let hint = if cause.contains("certificate") { ": name the authority that issued it in 'ca_file'" } else { "" };
    if error.is_connect() { format!("cannot be reached: {cause}{hint}") } else { format!("broke off: {cause}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_are_repeated() {
        assert_eq!(word("AuthorizationPermissionMismatch"), Some("AuthorizationPermissionMismatch"));
        for text in ["", "a b", "a\nb", "eyJ0eXAi.eyJhdWQi", &"a".repeat(65)] {
            assert_eq!(word(text), None, "{text}");
        }
    }
}
