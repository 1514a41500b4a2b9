//! Cookies that may hold a token (RFC 6265, section 4.2).

use http::{HeaderMap, header};
use presign_core::BuildError;

/// The names of such cookies, in the order in which they are tried.
#[derive(Debug, Clone)]
pub(crate) struct CookieNames(Vec<CookieName>);

#[derive(Debug, Clone)]
enum CookieName {
    Exact(String),
    Prefix(String),
}

impl CookieNames {
    /// Reads `name` and `name*`.
    ///
    /// # Errors
    /// At `field`, for every name that no cookie can have.
    pub(crate) fn parse(names: &[String], field: &str) -> Result<Self, BuildError> {
        let mut parsed = Vec::with_capacity(names.len());
        for (index, name) in names.iter().enumerate() {
            let (stem, is_prefix) = name.strip_suffix('*').map_or((name.as_str(), false), |stem| (stem, true));
            if stem.is_empty() || !stem.bytes().all(is_name_byte) {
                let message = format!("'{name}' is no cookie name: write a name, or the start of names as in 'name*'");
                return Err(BuildError::at(format!("{field}[{index}]"), message));
            }
            parsed.push(if is_prefix { CookieName::Prefix(stem.into()) } else { CookieName::Exact(stem.into()) });
        }
        Ok(Self(parsed))
    }

    /// Whether a cookie of this name may hold a token.
    pub(crate) fn contain(&self, name: &str) -> bool {
        self.0.iter().any(|known| known.matches(name.as_bytes()))
    }

    /// The values of these cookies, without quotes, in the order of the names; without those that are empty.
    pub(crate) fn values<'a>(&'a self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a [u8]> + Send + 'a {
        self.0.iter().flat_map(move |name| {
            pairs(headers).filter(|(candidate, _)| name.matches(candidate)).map(|(_, value)| value)
        })
    }
}

impl CookieName {
    fn matches(&self, name: &[u8]) -> bool {
        match self {
            Self::Exact(exact) => name == exact.as_bytes(),
            Self::Prefix(prefix) => name.starts_with(prefix.as_bytes()),
        }
    }
}

fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> + Send {
    headers.get_all(header::COOKIE).iter().flat_map(|value| split(value.as_bytes())).filter_map(|pair| {
        let equals = pair.iter().position(|byte| *byte == b'=')?;
        let (name, value) = pair.split_at_checked(equals)?;
        let value = unquoted(value.get(1..)?.trim_ascii());
        (!value.is_empty()).then_some((name.trim_ascii(), value))
    })
}

/// The parts between semicolons. A token is hundreds of bytes, so they are not looked at one by one.
fn split(value: &[u8]) -> impl Iterator<Item = &[u8]> + Send {
    let mut left = Some(value);
    std::iter::from_fn(move || {
        let current = left?;
        let end = memchr::memchr(b';', current);
        left = end.and_then(|end| current.get(end + 1..));
        current.get(..end.unwrap_or(current.len()))
    })
}

fn unquoted(value: &[u8]) -> &[u8] {
    value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\"")).unwrap_or(value)
}

/// RFC 9110's `token`, which a cookie's name is, without `*`, which stands for the rest of a name here.
fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'+-.^_`|~".contains(&byte)
}
