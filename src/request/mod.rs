//! What a request for an object asks for: pure, from the raw request target.

mod files;
mod path_form;
mod query;

pub use files::FilesServer;
pub(crate) use path_form::task_prefix_end;
use presign_core::{ExpiresIn, ObjectLocation};

use crate::{
    endpoints::EndpointTable,
    storage_url::{InvalidStorageUrl, StorageUrl},
};

/// A request for an object, understood but not yet authorized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectRequest {
    /// The object.
    pub location: ObjectLocation,
    /// `download[=name]`: the name to save the object under; an empty one stands for the object's own.
    pub download: Option<String>,
    /// Whether the answer is the JSON form: `format=json`.
    pub json: bool,
    /// The wish for an image's bytes from the gateway itself: `proxy=1`.
    pub proxy: bool,
    /// The life that the caller asks for.
    pub expires_in: Option<ExpiresIn>,
}

/// Why a request target is no request for an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidRequest {
    /// There is no storage URL.
    #[error("the request has no storage URL: pass it as ?url=<encodeURIComponent of s3://…, gs://… or azure://…>")]
    NoUrl,
    /// There are several, and they differ.
    #[error("the request names two different objects")]
    Ambiguous,
    /// The life is not a number of seconds, or out of bounds.
    #[error("expires_in is a number of seconds from 1 to 604800")]
    ExpiresIn,
    /// An item of a list is not one.
    #[error(
        "an item is {{\"url\": …}} with, optionally, method, expires_in (seconds), download, content_type (ASCII) and \
         content_length (bytes)"
    )]
    Item,
    /// The storage URL is malformed.
    #[error(transparent)]
    Url(#[from] InvalidStorageUrl),
}

impl ObjectRequest {
    /// Reads a request target: `path` starts with `/`, is still encoded, and lies below the base path; `raw_query` is
    /// what follows the `?`.
    ///
    /// # Errors
    /// When the target names no object, or two.
    pub fn parse(path: &str, raw_query: &str, endpoints: &EndpointTable) -> Result<Self, InvalidRequest> {
        let query = query::parse(raw_query)?;
        let expires_in = query.expires_in.as_deref().map(parse_expires_in).transpose()?;
        let in_path = path_form::parse(path).transpose()?;
        let location = one_location(query.urls.iter().chain(in_path.as_ref()), endpoints)?;
        Ok(Self { location, download: query.download, json: query.json, proxy: query.proxy, expires_in })
    }
}

fn one_location<'u>(
    urls: impl Iterator<Item = &'u StorageUrl>,
    endpoints: &EndpointTable,
) -> Result<ObjectLocation, InvalidRequest> {
    let mut found: Option<ObjectLocation> = None;
    let mut failure = InvalidRequest::NoUrl;
    for url in urls {
        match (endpoints.resolve(url), &found) {
            // Some other page's address (a referrer, say) beside the storage URL is not a second object.
            (Err(error @ InvalidStorageUrl::UnknownHost), _) => failure = error.into(),
            (Err(error), _) => return Err(error.into()),
            (Ok(location), None) => found = Some(location),
            (Ok(location), Some(first)) if location == *first => {}
            (Ok(_), Some(_)) => return Err(InvalidRequest::Ambiguous),
        }
    }
    found.ok_or(failure)
}

fn parse_expires_in(text: &str) -> Result<ExpiresIn, InvalidRequest> {
    let seconds = text.parse().map_err(|_| InvalidRequest::ExpiresIn)?;
    ExpiresIn::from_seconds(seconds).map_err(|_| InvalidRequest::ExpiresIn)
}

#[cfg(test)]
mod tests {
    use presign_core::{Endpoint, Scheme};

    use super::*;

    fn parse(path: &str, query: &str) -> Result<ObjectRequest, InvalidRequest> {
        let endpoints = EndpointTable::new([vec![Endpoint::path(Scheme::S3, "minio:9000")]]);
        ObjectRequest::parse(path, query, &endpoints)
    }

    fn location(path: &str, query: &str) -> String {
        parse(path, query).unwrap().location.to_string()
    }

    #[test]
    fn the_path_before_a_url_parameter_is_decoration() {
        assert_eq!(location("/loss.png", "url=s3%3A%2F%2Fb%2Fk.png&proxy=1"), "s3://b/k.png");
    }

    #[test]
    fn two_ways_to_the_same_object_are_one_and_to_two_objects_are_an_error() {
        assert_eq!(location("/s3/b/k", "url=s3://b/k&uri=s3://b/k"), "s3://b/k");
        assert_eq!(parse("/s3/b/other", "url=s3://b/k"), Err(InvalidRequest::Ambiguous));
        assert_eq!(parse("/", "a=s3://b/k&b=s3://b/other"), Err(InvalidRequest::Ambiguous));
    }

    #[test]
    fn an_address_of_an_unknown_host_beside_the_url_is_ignored_and_alone_is_refused() {
        assert_eq!(location("/", "url=s3://b/k&from=https://app.example/x"), "s3://b/k");
        let alone = parse("/", "url=https://evil.example/b/k");
        assert_eq!(alone, Err(InvalidRequest::Url(InvalidStorageUrl::UnknownHost)));
    }

    #[test]
    fn a_request_without_a_url_says_how_to_pass_one() {
        assert_eq!(parse("/", ""), Err(InvalidRequest::NoUrl));
        assert!(InvalidRequest::NoUrl.to_string().contains("?url="));
    }

    #[test]
    fn a_life_out_of_bounds_is_refused() {
        for text in ["0", "604801", "-1", "1h", ""] {
            assert_eq!(parse("/", &format!("url=s3://b/k&expires_in={text}")), Err(InvalidRequest::ExpiresIn));
        }
        assert!(parse("/", "url=s3://b/k&expires_in=60").unwrap().expires_in.is_some());
    }

    #[test]
    fn a_key_with_dot_segments_is_refused_however_it_is_spelled() {
        for (path, query) in [
            ("/", "url=s3://b/a/../k"),
            ("/", "url=s3%3A%2F%2Fb%2Fa%2F..%2Fk"),
            ("/s3/b/a/%2E%2E/k", ""),
            ("/s3/b/./k", ""),
            ("/s3%3A%2F%2Fb%2F..%2Fk", ""),
        ] {
            assert!(
                matches!(parse(path, query), Err(InvalidRequest::Url(InvalidStorageUrl::Location(_)))),
                "{path}?{query}"
            );
        }
    }
}
