//! The paths of ClearML's fileserver contract: a `files_server` URL names a bucket, and maybe the start of a key, and what
//! is uploaded to it or deleted below it is named by the rest.

use presign_core::{ObjectLocation, Scheme, encode};

use super::{InvalidRequest, path_form};
use crate::{
    endpoints::EndpointTable,
    storage_url::{InvalidStorageUrl, StorageUrl, UrlScheme},
};

/// What deletions are posted to, below the files server's own path.
const DELETE_MANY: &str = "/delete_many";

/// The path of a files server, below the gateway's base path: empty, or `/s3/bucket`, `/s3/bucket/start/of/key` and the
/// like. Its text is decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilesServer(String);

impl FilesServer {
    /// Reads the path (still encoded, below the base path) that a file is posted to. `None` when it is no files server's.
    #[must_use]
    pub fn parse(path: &str) -> Option<Self> {
        let text = encode::decode(path)?.trim_end_matches('/').to_owned();
        let scheme = text.strip_prefix('/').map(|rest| rest.split('/').next().unwrap_or_default());
        (text.is_empty() || scheme.is_some_and(|scheme| Scheme::parse(scheme).is_some())).then_some(Self(text))
    }

    /// Reads the path that a list of files to delete is posted to.
    #[must_use]
    pub fn of_deletions(path: &str) -> Option<Self> {
        Self::parse(path.strip_suffix(DELETE_MANY)?)
    }

    /// Whether a path is that of a bucket alone, which a client asks for to see whether the files server is there.
    #[must_use]
    pub fn is_bucket(path: &str, endpoints: &EndpointTable) -> bool {
        let Some(Self(text)) = Self::parse(path) else { return false };
        let mut segments = text.split('/').skip(2);
        match (segments.next(), segments.next(), segments.next()) {
            (Some(bucket), None, None) => !bucket.is_empty(),
            (Some(host), Some(_), None) => host.contains(':') || endpoints.names_host(host),
            _ => false,
        }
    }

    /// The object that a form's part names: the name is literal, but for the three characters that a form cannot hold.
    ///
    /// # Errors
    /// When path and name together are no object's.
    pub fn uploaded(&self, name: &str, endpoints: &EndpointTable) -> Result<ObjectLocation, InvalidRequest> {
        let name = path_form::undo_form(name.strip_prefix('/').unwrap_or(name));
        self.literal(&name, endpoints)
    }

    /// The object that an entry of a list names: a path as it stands in the object's registered URL, from the host on or
    /// from the files server on.
    ///
    /// # Errors
    /// When it is no object's.
    pub fn deleted(&self, entry: &str, endpoints: &EndpointTable) -> Result<ObjectLocation, InvalidRequest> {
        let entry = entry.trim_start_matches('/');
        let own = encode::decode(entry).ok_or(InvalidStorageUrl::NotUtf8)?;
        let own_start = self.0.strip_prefix('/').unwrap_or_default();
        let is_whole = own.strip_prefix(own_start).is_some_and(|rest| rest.starts_with('/') || own_start.is_empty());
        let whole = if is_whole { format!("/{entry}") } else { format!("{}/{entry}", encode::path(&self.0)) };
        let url = path_form::parse(&whole).ok_or(InvalidRequest::NoUrl)??;
        Ok(endpoints.resolve(&url)?)
    }

    fn literal(&self, name: &str, endpoints: &EndpointTable) -> Result<ObjectLocation, InvalidRequest> {
        let whole = format!("{}/{name}", self.0);
        let mut pieces = whole.splitn(4, '/').skip(1);
        let (scheme, authority, rest) = (pieces.next(), pieces.next(), pieces.next());
        let scheme = scheme.and_then(Scheme::parse).ok_or(InvalidRequest::NoUrl)?;
        let (Some(authority), Some(rest)) = (authority, rest) else { return Err(InvalidStorageUrl::NoObject.into()) };
        let (authority, rest) = (authority.to_owned(), rest.to_owned());
        Ok(endpoints.resolve(&StorageUrl { scheme: UrlScheme::Storage(scheme), authority, rest })?)
    }
}

#[cfg(test)]
mod tests {
    use presign_core::Endpoint;

    use super::*;

    const ID: &str = "0123456789abcdef0123456789abcdef";

    fn endpoints() -> EndpointTable {
        EndpointTable::new([vec![Endpoint::path(Scheme::S3, "minio:9000"), Endpoint::path(Scheme::S3, "minio")]])
    }

    fn uploaded(path: &str, name: &str) -> String {
        FilesServer::parse(path).unwrap().uploaded(name, &endpoints()).map_or_else(|e| e.to_string(), |l| l.to_string())
    }

    #[test]
    fn a_name_below_a_files_server_is_an_object() {
        assert_eq!(uploaded("/s3/bkt", "/a b/c%20d?e#f.txt"), "s3://bkt/a b/c%20d?e#f.txt");
        assert_eq!(uploaded("/s3/bkt/", "x"), "s3://bkt/x");
        assert_eq!(uploaded("/s3/bkt/my%20prefix", "/x"), "s3://bkt/my prefix/x");
        assert_eq!(uploaded("/s3/minio:9000/bkt", "/x"), "s3://minio:9000/bkt/x");
        assert_eq!(uploaded("/s3/bkt", "//x"), "s3://bkt//x");
        assert_eq!(uploaded("", "/gs/bkt/x"), "gs://bkt/x");
        assert_eq!(uploaded("/", "azure/acc.blob.core.windows.net/c/x"), "azure://acc.blob.core.windows.net/c/x");
    }

    #[test]
    fn what_names_no_object_is_refused() {
        for (path, name) in
            [("/", "/x"), ("/s3/bkt", "/"), ("/s3", "/bkt"), ("/s3/bkt", "/a/../b"), ("/s3/bkt", "/a%0Ab")]
        {
            assert!(FilesServer::parse(path).unwrap().uploaded(name, &endpoints()).is_err(), "{path} {name}");
        }
        for path in ["/v1/presign", "/x", "/ftp/b", "/%ff"] {
            assert_eq!(FilesServer::parse(path), None, "{path}");
        }
    }

    #[test]
    fn quotes_come_back_but_not_where_the_sdk_makes_triplets_itself() {
        assert_eq!(uploaded("/s3/bkt", "/a%22b%22.txt"), "s3://bkt/a\"b\".txt");
        assert_eq!(
            uploaded("/s3/bkt", &format!("/P%22x/t%3A.{ID}/metrics/a%22.png")),
            format!("s3://bkt/P%22x/t%3A.{ID}/metrics/a\".png")
        );
    }

    #[test]
    fn a_deletion_names_an_object_as_its_url_does() {
        let server = FilesServer::of_deletions("/s3/bkt/pre/delete_many").unwrap();
        let deleted = |entry: &str| server.deleted(entry, &endpoints()).unwrap().to_string();
        assert_eq!(deleted("a%20b/c%2520d+e"), "s3://bkt/pre/a b/c%20d+e");
        assert_eq!(deleted("/s3/bkt/pre/a%20b"), "s3://bkt/pre/a b");
        let root = FilesServer::of_deletions("/delete_many").unwrap();
        assert_eq!(root.deleted("s3/bkt/x", &endpoints()).unwrap().to_string(), "s3://bkt/x");
        assert!(root.deleted("", &endpoints()).is_err() && root.deleted("x", &endpoints()).is_err());
        assert_eq!(FilesServer::of_deletions("/s3/bkt"), None);
    }

    #[test]
    fn a_bucket_is_told_from_an_object() {
        for path in ["/s3/bkt", "/s3/bkt/", "/s3/minio:9000/bkt", "/s3/minio/bkt", "/s3/other:1/bkt/"] {
            assert!(FilesServer::is_bucket(path, &endpoints()), "{path}");
        }
        for path in ["/", "/s3", "/s3/bkt/x", "/s3/minio:9000/bkt/x", "/v1"] {
            assert!(!FilesServer::is_bucket(path, &endpoints()), "{path}");
        }
    }
}
