//! One storage account: its URLs, and the locations that name it.

use presign_core::{Audience, Buckets, Endpoint, ObjectLocation, Scheme, SignError, encode};

use crate::base_url::BaseUrl;

/// A storage account as the configuration describes it.
#[derive(Debug, Clone)]
pub(crate) struct Store {
    account: String,
    containers: Buckets,
    endpoints: Vec<Endpoint>,
    /// What [`ObjectLocation::endpoint`] holds for this account, in each of its spellings.
    names: Vec<String>,
    /// What links for clients start with, up to the container.
    public: Base,
    /// What links for the gateway itself start with.
    own: Base,
}

/// What links start with, up to the container.
#[derive(Debug, Clone)]
struct Base {
    text: String,
    secure: bool,
}

impl Base {
    fn new(url: &BaseUrl) -> Self {
        Self { text: url.to_string(), secure: url.is_secure() }
    }
}

impl Store {
    /// An account whose links point to `public` for clients and to `own` for the gateway. Locations may name both.
    ///
    /// The account's name alone, and its host in the public cloud, always name it: ClearML writes
    /// `azure://<account>.blob.core.windows.net/…` wherever the account really is.
    pub(crate) fn new(account: String, public: &BaseUrl, own: &BaseUrl, containers: Buckets) -> Self {
        let mut endpoints = vec![
            Endpoint::path(Scheme::Azure, BaseUrl::public_cloud(&account).authority()),
            Endpoint::path(Scheme::Azure, &*account),
        ];
        for url in [public, own] {
            let endpoint = Endpoint::prefixed(Scheme::Azure, url.authority(), url.prefix());
            if !endpoints.contains(&endpoint) {
                endpoints.push(endpoint);
            }
        }
        let names = endpoints.iter().filter_map(Endpoint::location_endpoint).collect();
        Self { account, containers, endpoints, names, public: Base::new(public), own: Base::new(own) }
    }

    /// Whether a location is in this account, and in a container that is served.
    pub(crate) fn claims(&self, location: &ObjectLocation) -> bool {
        self.names_account(location) && self.containers.contains(location.bucket())
    }

    /// Refuses a location that is not claimed.
    pub(crate) fn check(&self, location: &ObjectLocation) -> Result<(), SignError> {
        if !self.names_account(location) {
            return Err(SignError::NotServed(format!("it is not in the storage account '{}'", self.account)));
        }
        if !self.containers.contains(location.bucket()) {
            let container = location.bucket();
            return Err(SignError::NotServed(format!("the container '{container}' is not among the configured ones")));
        }
        Ok(())
    }

    fn names_account(&self, location: &ObjectLocation) -> bool {
        let named = |endpoint: &str| self.names.iter().any(|name| name == endpoint);
        location.scheme() == Scheme::Azure && location.endpoint().is_some_and(named)
    }

    /// The start of a blob's URL: everything before the `?`, with `room` for what follows.
    pub(crate) fn url(&self, location: &ObjectLocation, audience: Audience, room: usize) -> String {
        let base = &self.base(audience).text;
        let (container, blob) = (location.bucket(), location.key().as_str());
        let mut url = String::with_capacity(base.len() + container.len() + 3 * blob.len() + room);
        url.push_str(base);
        encode::path_into(&mut url, container);
        url.push('/');
        encode::path_into(&mut url, blob);
        url
    }

    /// The account's name.
    pub(crate) fn account(&self) -> &str {
        &self.account
    }

    /// Every spelling of the account's endpoint.
    pub(crate) fn endpoints(&self) -> &[Endpoint] {
        &self.endpoints
    }

    /// Whether links for an audience are `https`.
    pub(crate) const fn is_secure(&self, audience: Audience) -> bool {
        self.base(audience).secure
    }

    const fn base(&self, audience: Audience) -> &Base {
        match audience {
            Audience::Client => &self.public,
            Audience::Gateway => &self.own,
        }
    }

    /// What follows the account's endpoint in a URL, if the URL starts with one of its names.
    pub(crate) fn strip_base<'a>(&self, url: &'a str) -> Option<&'a str> {
        let (_, rest) = url.split_once("://")?;
        self.names.iter().filter_map(|name| rest.strip_prefix(&**name)).find_map(|path| match path.strip_prefix('/') {
            Some(path) => Some(path),
            None => path.is_empty().then_some(path),
        })
    }

    /// The configured containers.
    pub(crate) const fn containers(&self) -> &Buckets {
        &self.containers
    }
}
