//! From what AWS's library says to what is wrong and what to do.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use presign_credentials::FetchError;

use super::wire::LastExchange;

/// No message is longer.
const LONGEST: usize = 400;

/// Why AWS's library got no credential `from` somewhere.
pub(crate) fn from_library(from: &str, error: &CredentialsError, last: &LastExchange) -> FetchError {
    if let CredentialsError::ProviderTimedOut(_) = error {
        return FetchError::unavailable(format!("{from}: no answer in time"));
    }
    match last.get().and_then(|exchange| exchange.outage()) {
        Some(outage) => FetchError::unavailable(format!("{from}: {outage}")),
        None => FetchError::Refused(format!("{from}: {}", told(error))),
    }
}

/// The messages of an error and its causes, each once.
pub(crate) fn told(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let message = error.to_string();
        if !parts.iter().any(|part| part.contains(&message)) {
            parts.push(message);
        }
        next = error.source();
    }
    clean(&parts.join(": "))
}

/// One line, not too long, and without what a program wrote to its stderr (it may be a secret).
pub(crate) fn clean(text: &str) -> String {
    let text = text.split(" Stderr:").next().unwrap_or_default();
    text.chars().map(|character| if character.is_control() { ' ' } else { character }).take(LONGEST).collect()
}
