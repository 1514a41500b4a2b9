//! What a file with Application Default Credentials holds.

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    key_file::KeyFile,
    service_address,
    signatory::{self, Signatory},
    token::{AuthorizedUser, ExternalAccount},
};

/// One of the [kinds of credentials](https://google.aip.dev/auth/4110) that a file may hold.
pub(crate) enum CredentialFile {
    /// A service account's key.
    ServiceAccount(Box<KeyFile>),
    /// A user, logged in with gcloud.
    AuthorizedUser(AuthorizedUser),
    /// Somebody whom another identity provider vouches for.
    ExternalAccount(Box<ExternalAccount>),
    /// A service account that one of the others may act as.
    Impersonated { signatory: Signatory, source: Box<CredentialFile> },
}

#[derive(Deserialize)]
struct RawImpersonated {
    service_account_impersonation_url: String,
    #[serde(default)]
    delegates: Vec<String>,
    source_credentials: Value,
}

impl CredentialFile {
    /// Reads a file, and says which universe it is for.
    ///
    /// # Errors
    /// Says what is wrong with it, without repeating anything of it but its type.
    pub(crate) fn parse(text: &str) -> Result<(Self, Option<String>), String> {
        let value: Value = serde_json::from_str(text)
            .map_err(|error| format!("is no JSON (line {}, column {})", error.line(), error.column()))?;
        let universe = text_of(&value, "universe_domain").filter(|domain| !domain.is_empty()).map(str::to_owned);
        Ok((Self::read(value)?, universe))
    }

    fn read(value: Value) -> Result<Self, String> {
        match text_of(&value, "type") {
            Some("service_account") => Ok(Self::ServiceAccount(Box::new(KeyFile::parse(&value.to_string())?))),
            Some("authorized_user") => {
                let user: AuthorizedUser = typed(value, "a user's credentials")?;
                user.check()?;
                Ok(Self::AuthorizedUser(user))
            }
            Some("external_account") => {
                let account: ExternalAccount = typed(value, "an external account's credentials")?;
                account.check()?;
                Ok(Self::ExternalAccount(Box::new(account)))
            }
            Some("impersonated_service_account") => {
                let raw: RawImpersonated = typed(value, "an impersonated service account's credentials")?;
                let url = service_address::parse(&raw.service_account_impersonation_url)
                    .map_err(|why| format!("has a 'service_account_impersonation_url' that {why}"))?;
                let email = signatory::of_url(&url)
                    .ok_or("has a 'service_account_impersonation_url' that names no service account")?;
                let delegates = raw.delegates.iter().map(|name| signatory::of_name(name)).collect();
                let source = Box::new(Self::read(raw.source_credentials)?);
                Ok(Self::Impersonated { signatory: Signatory { email, delegates }, source })
            }
            Some(kind) => Err(format!(
                "is of type '{kind}': service_account, authorized_user, external_account and \
                 impersonated_service_account are known"
            )),
            None => Err("does not say its 'type': it is no credential file".to_owned()),
        }
    }
}

fn text_of<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

/// serde's own message may repeat a value, so it is not passed on.
fn typed<T: DeserializeOwned>(value: Value, what: &str) -> Result<T, String> {
    serde_json::from_value(value).map_err(|_| format!("is not in the form of {what}: have it written anew"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_a_file_is_said_and_nothing_of_it_repeated() {
        let url = r#""https://iam.example/v1/projects/-/serviceAccounts/a@b:generateAccessToken""#;
        for (text, says) in [
            ("hunter2".to_owned(), "line 1"),
            (r#"{"refresh_token":"hunter2"}"#.to_owned(), "'type'"),
            (r#"{"type":"gdch_service_account","key":"hunter2"}"#.to_owned(), "'gdch_service_account'"),
            (r#"{"type":"authorized_user","client_id":"c","refresh_token":["hunter2"]}"#.to_owned(), "a user's"),
            (r#"{"type":"external_account","audience":"hunter2"}"#.to_owned(), "an external account's"),
            (format!(r#"{{"type":"impersonated_service_account","service_account_impersonation_url":{url}}}"#), "form"),
            (
                r#"{"type":"impersonated_service_account","service_account_impersonation_url":"https://hunter2/","source_credentials":{}}"#
                    .to_owned(),
                "names no service account",
            ),
        ] {
            let error = CredentialFile::parse(&text).err().unwrap();
            assert!(error.contains(says) && !error.contains("hunter2"), "{error}");
        }
    }
}
