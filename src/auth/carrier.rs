//! Where a request carries its token.
//!
//! The `Authorization` header counts before any cookie, even when it is bad, and its schemes are written exactly
//! `Bearer` and `Basic`: so does the apiserver.

use http::{HeaderMap, header};

use crate::auth::{AuthError, cookies::CookieNames, digest::Digest};

/// The longest token that is looked at, in bytes. Real ones have under 1,000; web servers refuse headers from 8,000.
const LONGEST: usize = 4 * 1024;

/// How many cookies are tried.
const MOST_COOKIES: usize = 8;

/// What a request shows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Credential<'a> {
    /// A token: visible ASCII characters.
    Token(&'a str),
    /// `access_key:secret_key` in base64, as `Basic` carries it.
    Keys(&'a str),
}

impl<'a> Credential<'a> {
    /// What stands for the credential where it is remembered.
    pub(crate) fn digest(self) -> Digest {
        match self {
            Self::Token(token) => Digest::of(b"token:", token),
            Self::Keys(keys) => Digest::of(b"keys:", keys),
        }
    }

    /// Everything that a request shows, in the order in which it is tried. Nothing is copied.
    ///
    /// # Errors
    /// When there is an Authorization header that shows nothing.
    pub(crate) fn all(
        headers: &'a HeaderMap,
        cookies: &'a CookieNames,
    ) -> Result<impl Iterator<Item = Self> + Send + 'a, AuthError> {
        let header = Self::from_authorization(headers)?;
        let cookies = header.is_none().then(|| cookies.values(headers).filter_map(token).take(MOST_COOKIES));
        Ok(header.into_iter().chain(cookies.into_iter().flatten().map(Self::Token)))
    }

    fn from_authorization(headers: &'a HeaderMap) -> Result<Option<Self>, AuthError> {
        let mut values = headers.get_all(header::AUTHORIZATION).iter();
        let Some(value) = values.next() else { return Ok(None) };
        if values.next().is_some() {
            return Err(AuthError::Malformed);
        }
        let value = value.as_bytes().trim_ascii();
        if value.is_empty() {
            return Ok(None);
        }
        let end = value.iter().position(|byte| *byte == b' ').unwrap_or(value.len());
        let (scheme, rest) = value.split_at_checked(end).unwrap_or((value, b""));
        let rest = token(rest.trim_ascii_start());
        match scheme {
            b"Bearer" => rest.map(Self::Token),
            b"Basic" => rest.map(Self::Keys),
            _ => return Err(AuthError::UnsupportedScheme),
        }
        .ok_or(AuthError::Malformed)
        .map(Some)
    }
}

/// The value, if it can be a token at all.
fn token(value: &[u8]) -> Option<&str> {
    if value.is_empty() || value.len() > LONGEST {
        return None;
    }
    // Looks at every byte, without a way out: that is many bytes at a time.
    let is_graphic = value.iter().fold(true, |all, byte| all & byte.is_ascii_graphic());
    is_graphic.then(|| std::str::from_utf8(value).ok()).flatten()
}

#[cfg(test)]
mod tests;
