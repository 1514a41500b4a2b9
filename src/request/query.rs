//! A request's query: storage URLs in it, and what else the gateway reads.

use presign_core::encode;

use crate::storage_url::{InvalidStorageUrl, StorageUrl};

/// Parameters that are never read as a storage URL, whatever they hold: the gateway's own, and those that the ClearML
/// UI appends to every URL.
const NEVER_A_URL: [&str; 5] = ["format", "download", "proxy", "expires_in", "tenant"];

/// What a query asks for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Query {
    /// Storage URLs, `url=` first.
    pub(super) urls: Vec<StorageUrl>,
    /// `download` or `download=name`: the name, which may be empty.
    pub(super) download: Option<String>,
    /// `format=json`.
    pub(super) json: bool,
    /// `proxy=1`.
    pub(super) proxy: bool,
    /// `expires_in`, in seconds, as written.
    pub(super) expires_in: Option<String>,
}

/// Reads a raw query. Parameters that mean nothing here are ignored: they never reach a signature.
pub(super) fn parse(raw: &str) -> Result<Query, InvalidStorageUrl> {
    let mut query = Query::default();
    for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = encode::decode_form(name).unwrap_or_default();
        // A value that is not UTF-8 matters only where it is read.
        let decoded = encode::decode_form(value);
        if !NEVER_A_URL.contains(&name.as_str()) {
            read_url(&mut query, &name, value, decoded)?;
            continue;
        }
        let value = decoded.ok_or(InvalidStorageUrl::NotUtf8)?;
        match name.as_str() {
            "download" => query.download = Some(value),
            "format" => query.json = value == "json",
            "proxy" => query.proxy = value == "1",
            "expires_in" => query.expires_in = Some(value),
            _ => {}
        }
    }
    Ok(query)
}

fn read_url(query: &mut Query, name: &str, raw: &str, decoded: Option<String>) -> Result<(), InvalidStorageUrl> {
    let Some(value) = decoded else {
        let starts_like_one =
            name == "url" || ["s3", "gs", "azure", "local", "http"].iter().any(|s| raw.starts_with(s));
        return if starts_like_one { Err(InvalidStorageUrl::NotUtf8) } else { Ok(()) };
    };
    if name == "url" {
        query.urls.insert(0, StorageUrl::parse(&value)?);
    } else if StorageUrl::is_one(&value) {
        query.urls.push(StorageUrl::parse(&value)?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn urls(raw: &str) -> Vec<String> {
        parse(raw).unwrap().urls.iter().map(|url| format!("{}/{}", url.authority, url.rest)).collect()
    }

    #[test]
    fn a_value_is_decoded_once_as_form_data() {
        assert_eq!(urls("url=s3%3A%2F%2Fb%2FMy+Project%2Frun%253A1%2Fa%2Bb"), ["b/My Project/run%3A1/a+b"]);
        assert_eq!(urls("url=s3://minio:9000/bkt/a%3Fb%23c%2520d"), ["minio:9000/bkt/a?b#c%20d"]);
    }

    #[test]
    fn any_parameter_may_hold_the_url() {
        assert_eq!(urls("x=1&source=gs%3A%2F%2Fb%2Fk&y"), ["b/k"]);
        assert_eq!(urls("uri=s3://b/1&url=s3://b/2"), ["b/2", "b/1"]);
    }

    #[test]
    fn what_the_ui_appends_is_not_read_as_a_url() {
        let query = parse("url=s3://b/k&X-Amz-Date=1700000000000&download=&tenant=s3://x/y").unwrap();
        assert_eq!(query.urls.len(), 1);
        assert_eq!(query.download.as_deref(), Some(""));
    }

    #[test]
    fn a_url_parameter_that_is_no_storage_url_is_an_error() {
        assert_eq!(parse("url=javascript:alert(1)"), Err(InvalidStorageUrl::UnknownScheme));
        assert_eq!(parse("url=%ff"), Err(InvalidStorageUrl::NotUtf8));
    }

    proptest! {
        #[test]
        fn parsing_never_panics(raw in "(url=|&|=|%|s3://|\\+|download|[ -~é]){0,30}") {
            let _ = parse(&raw);
        }

        #[test]
        fn an_encoded_key_comes_back(key in any::<String>()) {
            let raw = format!("url={}", encode::query(&format!("s3://b/{key}")));
            prop_assert_eq!(urls(&raw), [format!("b/{key}")]);
        }
    }
}
