//! From storage URLs to locations, by the endpoints that the configuration names.

use std::collections::{BTreeSet, HashMap};

use presign_core::{Endpoint, Layout, ObjectLocation, Scheme};

use crate::storage_url::{InvalidStorageUrl, StorageUrl, UrlScheme};

/// All endpoints of all signers.
#[derive(Debug, Default)]
pub struct EndpointTable {
    by_authority: HashMap<String, Vec<Endpoint>>,
    /// Each location endpoint, with all the names of the same store (itself among them).
    aliases: HashMap<(Scheme, String), Vec<String>>,
}

impl EndpointTable {
    /// Joins the endpoints of signers, one list a signer. The names in one list are names of one store.
    #[must_use]
    pub fn new(signers: impl IntoIterator<Item = Vec<Endpoint>>) -> Self {
        let mut table = Self::default();
        for endpoints in signers {
            table.add_aliases(&endpoints);
            for endpoint in endpoints {
                table.by_authority.entry(endpoint.authority.clone()).or_default().push(endpoint);
            }
        }
        table
    }

    fn add_aliases(&mut self, endpoints: &[Endpoint]) {
        for scheme in Scheme::ALL {
            let of_scheme = endpoints.iter().filter(|endpoint| endpoint.scheme == scheme);
            let mut names: BTreeSet<String> = of_scheme.filter_map(Endpoint::location_endpoint).collect();
            // Two signers that share one name are signers of one store, so all their names are joined.
            let known: Vec<String> =
                names.iter().filter_map(|name| self.aliases.get(&(scheme, name.clone()))).flatten().cloned().collect();
            names.extend(known);
            for name in &names {
                self.aliases.insert((scheme, name.clone()), names.iter().cloned().collect());
            }
        }
    }

    /// Understands a storage URL.
    ///
    /// # Errors
    /// When it names no well-formed object, or is an `https://` URL of a host that no backend is configured for.
    pub fn resolve(&self, url: &StorageUrl) -> Result<ObjectLocation, InvalidStorageUrl> {
        let authority = url.authority.to_ascii_lowercase();
        match url.scheme {
            UrlScheme::Storage(scheme) => self.resolve_storage(scheme, &authority, url),
            UrlScheme::Http => self.resolve_http(&authority, url).unwrap_or(Err(InvalidStorageUrl::UnknownHost)),
        }
    }

    fn resolve_storage(
        &self,
        scheme: Scheme,
        authority: &str,
        url: &StorageUrl,
    ) -> Result<ObjectLocation, InvalidStorageUrl> {
        let known = self.by_authority.get(authority).into_iter().flatten().filter(|known| known.scheme == scheme);
        for endpoint in known {
            if let Layout::Path { prefix } = &endpoint.layout
                && let Some(rest) = url.rest.strip_prefix(prefix.as_str())
            {
                return StorageUrl::bucket_first(scheme, endpoint.location_endpoint(), rest);
            }
        }
        // ClearML writes the port of every store that is not AWS; an Azure URL always starts with the account.
        if authority.contains(':') || scheme == Scheme::Azure {
            return StorageUrl::bucket_first(scheme, Some(authority.to_owned()), &url.rest);
        }
        StorageUrl::location(scheme, None, &url.authority, &url.rest)
    }

    fn resolve_http(&self, authority: &str, url: &StorageUrl) -> Option<Result<ObjectLocation, InvalidStorageUrl>> {
        for endpoint in self.by_authority.get(authority).into_iter().flatten() {
            let prefix = match &endpoint.layout {
                Layout::Path { prefix } => prefix.as_str(),
                Layout::Provider => "",
            };
            if let Some(rest) = url.rest.strip_prefix(prefix) {
                return Some(StorageUrl::bucket_first(endpoint.scheme, endpoint.location_endpoint(), rest));
            }
        }
        self.resolve_virtual_hosted(authority, url)
    }

    /// `https://bucket.authority/key`: the longest suffix of the host that is an endpoint.
    fn resolve_virtual_hosted(
        &self,
        authority: &str,
        url: &StorageUrl,
    ) -> Option<Result<ObjectLocation, InvalidStorageUrl>> {
        for (dot, _) in authority.match_indices('.') {
            let (bucket, suffix) = (authority.get(..dot)?, authority.get(dot + 1..)?);
            let mut known = self.by_authority.get(suffix).into_iter().flatten();
            if let Some(endpoint) = known.find(|known| known.scheme != Scheme::Azure) {
                let rest = url.rest.as_str();
                return Some(StorageUrl::location(endpoint.scheme, endpoint.location_endpoint(), bucket, rest));
            }
        }
        None
    }

    /// The location's URL in every spelling that names the same object. Rules are matched against each, so that no
    /// spelling of a host gets around a rule that is written with another.
    #[must_use]
    pub fn spellings(&self, location: &ObjectLocation) -> Vec<String> {
        let aliases =
            location.endpoint().and_then(|endpoint| self.aliases.get(&(location.scheme(), endpoint.to_owned())));
        match aliases {
            None => vec![location.to_string()],
            Some(names) => names.iter().map(|name| location.with_endpoint(Some(name.clone())).to_string()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> EndpointTable {
        EndpointTable::new([
            vec![
                Endpoint::path(Scheme::S3, "minio.example:9000"),
                Endpoint::path(Scheme::S3, "minio.example"),
                Endpoint::path(Scheme::S3, "minio:9000"),
            ],
            vec![Endpoint::provider(Scheme::S3, "s3.eu-west-1.amazonaws.com")],
            vec![Endpoint::provider(Scheme::Gs, "storage.googleapis.com")],
            vec![
                Endpoint::path(Scheme::Azure, "mlstore.blob.core.windows.net"),
                Endpoint::path(Scheme::Azure, "mlstore"),
                Endpoint::prefixed(Scheme::Azure, "127.0.0.1:10000", "devstoreaccount1/"),
            ],
        ])
    }

    fn resolved(text: &str) -> Result<String, InvalidStorageUrl> {
        table().resolve(&StorageUrl::parse(text)?).map(|location| location.to_string())
    }

    #[test]
    fn a_configured_host_is_an_endpoint_and_any_other_is_a_bucket() {
        let location = table().resolve(&StorageUrl::parse("s3://minio.example/bkt/k").unwrap()).unwrap();
        assert_eq!((location.endpoint(), location.bucket()), (Some("minio.example"), "bkt"));
        let location = table().resolve(&StorageUrl::parse("s3://my-bucket-2/a/b").unwrap()).unwrap();
        assert_eq!((location.endpoint(), location.bucket()), (None, "my-bucket-2"));
    }

    #[test]
    fn a_port_makes_an_endpoint_of_every_host() {
        let location = table().resolve(&StorageUrl::parse("s3://Other:443/bkt/k").unwrap()).unwrap();
        assert_eq!((location.endpoint(), location.bucket()), (Some("other:443"), "bkt"));
    }

    #[test]
    fn https_urls_of_configured_endpoints_name_the_same_objects() {
        assert_eq!(resolved("https://s3.eu-west-1.amazonaws.com/b/a%2520b").unwrap(), "s3://b/a%20b");
        assert_eq!(resolved("https://my.bucket.s3.eu-west-1.amazonaws.com/k").unwrap(), "s3://my.bucket/k");
        assert_eq!(resolved("https://storage.googleapis.com/b/k").unwrap(), "gs://b/k");
        let azure = "azure://mlstore.blob.core.windows.net/c/b";
        assert_eq!(resolved("https://mlstore.blob.core.windows.net/c/b").unwrap(), azure);
        assert_eq!(resolved(azure).unwrap(), azure);
        assert_eq!(
            resolved("azure://127.0.0.1:10000/devstoreaccount1/c/b").unwrap(),
            "azure://127.0.0.1:10000/devstoreaccount1/c/b"
        );
    }

    #[test]
    fn https_urls_of_other_hosts_are_refused() {
        for url in ["https://evil.example/b/k", "https://storage.googleapis.com.evil.example/b/k", "http://a@minio/b/k"]
        {
            assert_eq!(resolved(url), Err(InvalidStorageUrl::UnknownHost), "{url}");
        }
        let suffix = resolved("https://evilstorage.googleapis.com/b/k");
        assert_eq!(suffix, Err(InvalidStorageUrl::UnknownHost));
    }

    #[test]
    fn a_location_has_all_the_spellings_of_its_store() {
        let location = table().resolve(&StorageUrl::parse("s3://minio:9000/b/k").unwrap()).unwrap();
        assert_eq!(
            table().spellings(&location),
            ["s3://minio.example/b/k", "s3://minio.example:9000/b/k", "s3://minio:9000/b/k"]
        );
    }
}
