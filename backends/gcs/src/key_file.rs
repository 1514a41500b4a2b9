//! A service account's key file.

use std::fmt;

use serde::Deserialize;

use crate::rsa_key::RsaKey;

/// What a [key file](https://cloud.google.com/iam/docs/keys-create-delete) says, as far as signing needs it.
pub(crate) struct KeyFile {
    /// The account's email: who signs.
    pub(crate) client_email: String,
    /// The cloud that the account is in, when the file says so.
    pub(crate) universe_domain: Option<String>,
    /// What signs.
    pub(crate) key: RsaKey,
}

/// The file as it stands. It holds the private key, so it has no `Debug`.
#[derive(Deserialize)]
struct Raw {
    #[serde(rename = "type")]
    kind: Option<String>,
    client_email: Option<String>,
    universe_domain: Option<String>,
    private_key: Option<String>,
}

impl KeyFile {
    /// Reads a key file.
    ///
    /// # Errors
    /// Says what is wrong with it, without repeating anything of it but its type.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        // serde's own message may repeat a value.
        let raw: Raw = serde_json::from_str(text).map_err(|error| {
            format!(
                "is not a key file: it is no JSON object of that form (line {}, column {})",
                error.line(),
                error.column()
            )
        })?;
        match raw.kind.as_deref() {
            Some("service_account") => {}
            Some(kind) => return Err(format!("is of type '{kind}': only a service account's key can sign")),
            None => return Err("does not say its 'type': it is not a service account's key file".to_owned()),
        }
        let client_email = raw.client_email.filter(|email| !email.is_empty()).ok_or("has no 'client_email'")?;
        let pem = raw.private_key.ok_or("has no 'private_key'")?;
        let key = RsaKey::parse(&pem)?;
        Ok(Self { client_email, universe_domain: raw.universe_domain.filter(|domain| !domain.is_empty()), key })
    }
}

impl fmt::Debug for KeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyFile").field("client_email", &self.client_email).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_key_file_is_refused_and_not_repeated() {
        let pem = "-----BEGIN PRIVATE KEY-----\\naHVudGVyMg==\\n-----END PRIVATE KEY-----";
        for (text, says) in [
            ("hunter2".to_owned(), "line 1"),
            ("\"hunter2\"".to_owned(), "no JSON object"),
            (r#"{"type":"service_account","client_email":["hunter2"]}"#.to_owned(), "no JSON object"),
            (r#"{"client_email":"hunter2"}"#.to_owned(), "'type'"),
            (r#"{"type":"authorized_user","refresh_token":"hunter2"}"#.to_owned(), "authorized_user"),
            (r#"{"type":"service_account","private_key":"hunter2"}"#.to_owned(), "'client_email'"),
            (r#"{"type":"service_account","client_email":"a@b"}"#.to_owned(), "'private_key'"),
            (r#"{"type":"service_account","client_email":"a@b","private_key":"hunter2"}"#.to_owned(), "PEM"),
            (format!(r#"{{"type":"service_account","client_email":"a@b","private_key":"{pem}"}}"#), "RSA key"),
        ] {
            let error = KeyFile::parse(&text).unwrap_err();
            assert!(error.contains(says) && !error.contains("hunter2") && !error.contains("aHVudGVy"), "{error}");
        }
    }
}
