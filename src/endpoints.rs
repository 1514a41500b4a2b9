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
        let mut stores = Stores::default();
        for endpoints in signers {
            stores.add(&endpoints);
            for endpoint in endpoints {
                table.by_authority.entry(endpoint.authority.clone()).or_default().push(endpoint);
            }
        }
        table.aliases = stores.aliases();
        table
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

    /// Whether a configured endpoint has this host.
    #[must_use]
    pub fn names_host(&self, authority: &str) -> bool {
        self.by_authority.contains_key(&authority.to_ascii_lowercase())
    }

    /// All names of the store that an endpoint names, itself among them.
    #[must_use]
    pub fn aliases(&self, scheme: Scheme, endpoint: &str) -> &[String] {
        self.aliases.get(&(scheme, endpoint.to_owned())).map(Vec::as_slice).unwrap_or_default()
    }

    /// The location's URL in every spelling that names the same object. Rules are matched against each, so that no
    /// spelling of a host gets around a rule that is written with another.
    #[must_use]
    pub fn spellings(&self, location: &ObjectLocation) -> Vec<String> {
        let aliases =
            location.endpoint().and_then(|endpoint| self.aliases.get(&(location.scheme(), endpoint.to_owned())));
        match aliases {
            None => vec![location.storage_url()],
            Some(names) => names.iter().map(|name| location.with_endpoint(Some(name.clone())).storage_url()).collect(),
        }
    }
}

/// Stores, by all their names.
#[derive(Debug, Default)]
struct Stores(Vec<(Scheme, BTreeSet<String>)>);

impl Stores {
    /// Adds a signer's store, or its names to a store that is known already.
    fn add(&mut self, endpoints: &[Endpoint]) {
        for scheme in Scheme::ALL {
            let of_scheme = endpoints.iter().filter(|endpoint| endpoint.scheme == scheme);
            let mut names: BTreeSet<String> = of_scheme.filter_map(Endpoint::location_endpoint).collect();
            let is_same = |(other, known): &(Scheme, BTreeSet<String>)| {
                *other == scheme
                    && names.intersection(known).any(|name| !(is_bare(name, &names) || is_bare(name, known)))
            };
            let (same, others) = std::mem::take(&mut self.0).into_iter().partition(is_same);
            self.0 = others;
            let same: Vec<(Scheme, BTreeSet<String>)> = same;
            names.extend(same.into_iter().flat_map(|(_, known)| known));
            self.0.push((scheme, names));
        }
    }

    /// Each name, with all names of the stores that it may mean.
    fn aliases(self) -> HashMap<(Scheme, String), Vec<String>> {
        let mut aliases: HashMap<(Scheme, String), BTreeSet<String>> = HashMap::new();
        for (scheme, names) in self.0 {
            for name in &names {
                aliases.entry((scheme, name.clone())).or_default().extend(names.iter().cloned());
            }
        }
        aliases.into_iter().map(|(name, names)| (name, names.into_iter().collect())).collect()
    }
}

/// Whether a name is a host whose port stands beside it: two stores on one host share that name and are still two.
fn is_bare(name: &str, names: &BTreeSet<String>) -> bool {
    names.iter().any(|other| other.strip_prefix(name).is_some_and(|rest| rest.starts_with(':')))
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

    fn names_of(table: &EndpointTable, url: &str) -> Vec<String> {
        let location = table.resolve(&StorageUrl::parse(url).unwrap()).unwrap();
        table.spellings(&location)
    }

    #[test]
    fn two_stores_on_one_host_are_not_one() {
        let on_port =
            |port: &str| vec![Endpoint::path(Scheme::S3, format!("minio:{port}")), Endpoint::path(Scheme::S3, "minio")];
        let table = EndpointTable::new([on_port("9000"), on_port("9001")]);
        assert_eq!(names_of(&table, "s3://minio:9001/b/k"), ["s3://minio/b/k", "s3://minio:9001/b/k"]);
        let either = ["s3://minio/b/k", "s3://minio:9000/b/k", "s3://minio:9001/b/k"];
        assert_eq!(names_of(&table, "s3://minio/b/k"), either);
    }

    #[test]
    fn two_signers_that_share_a_host_and_port_sign_for_one_store() {
        let signer = |public: &str| vec![Endpoint::path(Scheme::S3, public), Endpoint::path(Scheme::S3, "minio:9000")];
        let table = EndpointTable::new([signer("a.example"), signer("b.example")]);
        let all = ["s3://a.example/b/k", "s3://b.example/b/k", "s3://minio:9000/b/k"];
        assert_eq!(names_of(&table, "s3://b.example/b/k"), all);
    }
}
