//! Storage URLs as callers write them.

use presign_core::{InvalidLocation, ObjectKey, ObjectLocation, Scheme, encode};

/// A storage URL, taken apart but not yet understood: whether `host` in `s3://host/a/b` is a bucket or an endpoint
/// depends on the endpoints that the configuration names ([`crate::endpoints`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StorageUrl {
    /// How the URL starts.
    pub scheme: UrlScheme,
    /// What stands between `://` and the next `/`, as written.
    pub authority: String,
    /// What follows that `/`: literal, nothing left to decode.
    pub rest: String,
}

/// How a storage URL starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UrlScheme {
    /// One of ClearML's own schemes, whose keys are literal.
    Storage(Scheme),
    /// `https://` or `http://`, whose path is percent-encoded once.
    Http,
}

/// Why a text is no storage URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidStorageUrl {
    /// The scheme is not one of those known.
    #[error("the URL does not start with s3://, gs://, azure://, local:// or https://")]
    UnknownScheme,
    /// The URL ends before the object's key starts.
    #[error("the URL names no object: it is scheme://bucket/key")]
    NoObject,
    /// An `https://` URL has more than a path.
    #[error("an https:// URL of an object has no query and no fragment")]
    QueryOrFragment,
    /// The bytes are not UTF-8.
    #[error("the URL is not UTF-8 once decoded")]
    NotUtf8,
    /// No backend's configuration names the host.
    #[error("no backend is configured for the host of this https:// URL")]
    UnknownHost,
    /// Bucket or key are not well formed.
    #[error(transparent)]
    Location(#[from] InvalidLocation),
}

impl UrlScheme {
    fn parse(text: &str) -> Option<Self> {
        let http = ["https", "http"].iter().any(|known| text.eq_ignore_ascii_case(known));
        if http { Some(Self::Http) } else { Scheme::parse(text).map(Self::Storage) }
    }
}

impl StorageUrl {
    /// Whether a text starts like a storage URL.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        text.split_once("://").is_some_and(|(scheme, _)| UrlScheme::parse(scheme).is_some())
    }

    /// Takes a storage URL apart. The key in `s3://`, `gs://`, `azure://` and `local://` URLs is literal: `?`, `#` and
    /// `%XX` are part of it. The path of an `https://` URL is decoded once.
    ///
    /// # Errors
    /// When the text is not such a URL.
    pub fn parse(text: &str) -> Result<Self, InvalidStorageUrl> {
        let (scheme, rest) = text.split_once("://").ok_or(InvalidStorageUrl::UnknownScheme)?;
        let scheme = UrlScheme::parse(scheme).ok_or(InvalidStorageUrl::UnknownScheme)?;
        let (authority, rest) = rest.split_once('/').ok_or(InvalidStorageUrl::NoObject)?;
        let rest = match scheme {
            UrlScheme::Storage(_) => rest.to_owned(),
            UrlScheme::Http if rest.contains(['?', '#']) => return Err(InvalidStorageUrl::QueryOrFragment),
            UrlScheme::Http => encode::decode(rest).ok_or(InvalidStorageUrl::NotUtf8)?,
        };
        Ok(Self { scheme, authority: authority.to_owned(), rest })
    }

    /// The location, where `rest` is `bucket/key`.
    pub(crate) fn bucket_first(
        scheme: Scheme,
        endpoint: Option<String>,
        rest: &str,
    ) -> Result<ObjectLocation, InvalidStorageUrl> {
        let (bucket, key) = rest.split_once('/').ok_or(InvalidStorageUrl::NoObject)?;
        Self::location(scheme, endpoint, bucket, key)
    }

    /// The location of a literal key.
    pub(crate) fn location(
        scheme: Scheme,
        endpoint: Option<String>,
        bucket: &str,
        key: &str,
    ) -> Result<ObjectLocation, InvalidStorageUrl> {
        let key = ObjectKey::parse(key).map_err(InvalidLocation::from)?;
        Ok(ObjectLocation::new(scheme, endpoint, bucket, key)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (String, String) {
        let url = StorageUrl::parse(text).unwrap();
        (url.authority, url.rest)
    }

    #[test]
    fn the_key_of_a_storage_url_is_literal() {
        assert_eq!(parts("s3://minio:9000/bkt/a?b#c%20d"), ("minio:9000".into(), "bkt/a?b#c%20d".into()));
        assert_eq!(parts("S3://bkt//x"), ("bkt".into(), "/x".into()));
    }

    #[test]
    fn the_path_of_an_https_url_is_decoded_once() {
        assert_eq!(parts("https://host/b/My%20Project/run%253A1").1, "b/My Project/run%3A1");
    }

    #[test]
    fn what_names_no_object_says_so() {
        assert_eq!(StorageUrl::parse("s3://bkt"), Err(InvalidStorageUrl::NoObject));
        assert_eq!(StorageUrl::parse("ftp://b/k"), Err(InvalidStorageUrl::UnknownScheme));
        assert_eq!(StorageUrl::parse("/b/k"), Err(InvalidStorageUrl::UnknownScheme));
        assert_eq!(StorageUrl::parse("https://h/b?x=1"), Err(InvalidStorageUrl::QueryOrFragment));
        assert_eq!(StorageUrl::parse("https://h/b/%ff"), Err(InvalidStorageUrl::NotUtf8));
    }
}
