//! The service account in whose name links are signed.

use presign_v4::{Explanation, PresignRequest, Scope, Unsigned};

use crate::credential::{REGION, SERVICE};

/// A service account, and those through whom the caller may act as it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signatory {
    pub(crate) email: String,
    /// Emails, each of which may act as the next one.
    pub(crate) delegates: Vec<String>,
}

/// A service account that signs, and how often there was another one before.
#[derive(Debug)]
pub(crate) struct Identity {
    pub(crate) signatory: Signatory,
    pub(crate) generation: u64,
    scope: Scope,
}

impl Identity {
    pub(crate) fn new(signatory: Signatory, generation: u64) -> Self {
        let scope = Scope::goog4_rsa(signatory.email.clone(), REGION, SERVICE);
        Self { signatory, generation, scope }
    }

    /// The URL without its signature.
    pub(crate) fn unsigned(&self, request: &PresignRequest<'_>) -> Unsigned {
        self.scope.unsigned(request)
    }

    /// What is signed for a request, for people to read.
    pub(crate) fn explain(&self, request: &PresignRequest<'_>) -> Explanation {
        self.scope.explain(request)
    }
}

/// Whether a text may stand for a service account, in a URL's path too.
///
/// # Errors
/// When it may not.
pub(crate) fn check(email: &str) -> Result<String, String> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"@.-_".contains(&byte);
    match email.split_once('@') {
        Some((name, domain)) if !name.is_empty() && domain.contains('.') && email.bytes().all(allowed) => {
            Ok(email.to_owned())
        }
        _ => Err("is not a service account's email as in signer@project.iam.gserviceaccount.com".to_owned()),
    }
}

/// The name by which IAM knows an account.
pub(crate) fn name(email: &str) -> String {
    format!("projects/-/serviceAccounts/{email}")
}

/// The email in such a name, or in what is one already.
pub(crate) fn of_name(name: &str) -> String {
    name.rsplit_once('/').map_or(name, |(_, email)| email).to_owned()
}

/// The email in `…/serviceAccounts/EMAIL:generateAccessToken`.
pub(crate) fn of_url(url: &str) -> Option<String> {
    let (_, rest) = url.rsplit_once("/serviceAccounts/")?;
    let (email, _method) = rest.split_once(':')?;
    check(email).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_an_email_gets_into_an_address() {
        assert!(check("signer@project.iam.gserviceaccount.com").is_ok());
        for text in ["", "signer", "@a.b", "a@b", "a@b.c/../x", "a@b.c:signBlob", "a@b.c?x", "ä@b.c"] {
            assert!(check(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_account_is_found_in_its_names() {
        let url = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@b.c:generateAccessToken";
        assert_eq!(of_url(url).as_deref(), Some("a@b.c"));
        assert_eq!(of_url("https://a.b/serviceAccounts/../../evil:x"), None);
        assert_eq!([of_name("a@b.c"), of_name(&name("a@b.c"))], ["a@b.c", "a@b.c"]);
    }
}
