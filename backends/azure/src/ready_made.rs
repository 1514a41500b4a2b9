//! A shared access signature that somebody else made: what it may do, where, and how long.

use std::fmt;

use presign_core::{Audience, ObjectLocation, Operation, ResponseOverrides, SignError, SignRequest, Timestamp, encode};
use secrecy::{ExposeSecret, SecretString};

use crate::{store::Store, token::Token};

/// A ready-made SAS. It is put behind a blob's URL as it is, so it opens that blob only if it was made for it, lives as
/// long as it was made to live, and overrides only the response headers it was made to override.
pub(crate) struct ReadyMadeSas {
    query: SecretString,
    permissions: String,
    scope: Scope,
    starts: Option<Timestamp>,
    expires: Timestamp,
}

/// What a SAS was made for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Scope {
    Account,
    Container(String),
    Blob(String, String),
}

impl ReadyMadeSas {
    /// Reads a SAS for a storage account.
    ///
    /// # Errors
    /// Says, without repeating it, why it cannot be used.
    pub(crate) fn parse(text: &SecretString, store: &Store) -> Result<Self, String> {
        let token = Token::parse(text.expose_secret())?;
        if token.field("sig").is_none() || token.field("sv").is_none() {
            return Err("is not a shared access signature: it needs at least 'sv' and 'sig'".to_owned());
        }
        if !store.is_secure(Audience::Client) && token.field("spr") == Some("https") {
            return Err("is good for https only, and the endpoint is http".to_owned());
        }
        let missing = |field: &str| {
            format!(
                "does not say '{field}' itself: one with a stored access policy does not work here, because its end cannot be known"
            )
        };
        let permissions = token.field("sp").ok_or_else(|| missing("sp"))?.to_owned();
        let expires = token.time("se")?.ok_or_else(|| missing("se"))?;
        // A user delegation SAS ends with its key at the latest.
        let expires = token.time("ske")?.map_or(expires, |key_ends| key_ends.min(expires));
        let starts = token.time("st")?;
        let scope = scope(&token, store)?;
        if let Scope::Container(container) | Scope::Blob(container, _) = &scope
            && !store.containers().contains(container)
        {
            return Err(format!("is for the container '{container}', which is not among 'containers'"));
        }
        Ok(Self { query: SecretString::from(token.query), permissions, scope, starts, expires })
    }

    /// Whether the SAS was made for this blob, among others.
    pub(crate) fn covers(&self, location: &ObjectLocation) -> bool {
        match &self.scope {
            Scope::Account => true,
            Scope::Container(container) => location.bucket() == container,
            Scope::Blob(container, blob) => location.bucket() == container && location.key().as_str() == blob,
        }
    }

    /// When it ends.
    pub(crate) const fn expires(&self) -> Timestamp {
        self.expires
    }

    /// Why it is not good at a time; `None` when it is.
    pub(crate) fn trouble_at(&self, now: Timestamp) -> Option<String> {
        if now >= self.expires {
            return Some(format!("the shared access signature ended at {}: make a new one", self.expires));
        }
        match self.starts {
            Some(starts) if now < starts => Some(format!("the shared access signature starts at {starts}")),
            _ => None,
        }
    }

    /// Refuses a request that the SAS cannot serve.
    ///
    /// # Errors
    /// When it is not for this blob or this operation, is not good at the time, or would have to override a response
    /// header: those are part of a signature, and this one is made already.
    pub(crate) fn check(&self, request: &SignRequest<'_>) -> Result<(), SignError> {
        if !self.covers(request.location) {
            return Err(SignError::NotServed("the shared access signature was made for other blobs".to_owned()));
        }
        if let Some(why) = Self::refuses(request.overrides) {
            return Err(SignError::UnsupportedOverride(why));
        }
        if !self.permissions.contains(needed(request.operation)) {
            let operation = request.operation;
            return Err(SignError::Credentials(format!("the shared access signature does not allow {operation}")));
        }
        self.trouble_at(request.signed_at).map_or(Ok(()), |trouble| Err(SignError::Credentials(trouble)))
    }

    /// Why a response header is not overridden.
    pub(crate) fn refuses(overrides: &ResponseOverrides) -> Option<&'static str> {
        let why = "a ready-made shared access signature cannot override response headers: use the account key, or drop \
                   the overrides";
        (!overrides.is_empty()).then_some(why)
    }

    /// Appends the SAS to a blob's URL.
    pub(crate) fn append_to(&self, url: &mut String) {
        url.push('?');
        url.push_str(self.query.expose_secret());
    }

    /// How long [`ReadyMadeSas::append_to`]'s text is.
    pub(crate) fn room(&self) -> usize {
        1 + self.query.expose_secret().len()
    }
}

/// The permissions of which one is enough. `c` alone creates a blob and replaces none.
const fn needed(operation: Operation) -> &'static [char] {
    match operation {
        Operation::Get | Operation::Head => &['r'],
        Operation::Put => &['w', 'c'],
        Operation::Delete => &['d'],
    }
}

fn scope(token: &Token<'_>, store: &Store) -> Result<Scope, String> {
    let path = token.url.map(|url| path(url, store)).transpose()?.unwrap_or_default();
    let named = match path.split_once('/') {
        Some((container, blob)) if !blob.is_empty() => (Some(container), Some(blob)),
        Some((container, _)) => (Some(container), None),
        None => (Some(path.as_str()).filter(|container| !container.is_empty()), None),
    };
    match (token.field("sr"), token.field("ss"), named) {
        (None, Some(services), _) => account_scope(services, token.field("srt").unwrap_or_default()),
        (Some("c"), None, (Some(container), _)) => Ok(Scope::Container(container.to_owned())),
        (Some("c"), None, (None, _)) => match store.containers().only_one() {
            Some(container) => Ok(Scope::Container(container.to_owned())),
            None => Err("is for one container: name just that one in 'containers'".to_owned()),
        },
        (Some("b"), None, (Some(container), Some(blob))) => Ok(Scope::Blob(container.to_owned(), blob.to_owned())),
        (Some("b"), None, _) => Err("is for one blob: give the whole URL, which names it".to_owned()),
        _ => Err("is neither for an account, nor for a container, nor for a blob".to_owned()),
    }
}

/// An [account SAS](https://learn.microsoft.com/rest/api/storageservices/create-account-sas) has to be for the blob
/// service, and for objects in it.
fn account_scope(services: &str, resource_types: &str) -> Result<Scope, String> {
    if services.contains('b') && resource_types.contains('o') {
        Ok(Scope::Account)
    } else {
        Err("is for an account, but not for objects (srt=o) of the blob service (ss=b)".to_owned())
    }
}

/// The path below the account's endpoint, decoded.
fn path(url: &str, store: &Store) -> Result<String, String> {
    let path = store.strip_base(url).ok_or("is a URL of another account or endpoint")?;
    encode::decode(path).ok_or_else(|| "is a URL whose path is not UTF-8".to_owned())
}

impl fmt::Debug for ReadyMadeSas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReadyMadeSas")
            .field("permissions", &self.permissions)
            .field("scope", &self.scope)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}
