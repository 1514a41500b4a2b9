//! What a backend serves, as URLs.

use std::collections::BTreeSet;

use presign_core::{Buckets, Scheme};

use crate::rules::{
    condition::Place,
    glob,
    portable::{literal, one_of},
    prefix::KeyPrefix,
};

/// What a backend serves.
#[derive(Debug, Clone, Default)]
pub struct Reach {
    /// The stores' names in storage URLs; none when that is not known.
    pub names: Vec<StoreName>,
    /// The buckets that it is confined to, by name or by glob; none when it serves any.
    pub buckets: Vec<String>,
}

/// How storage URLs name a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreName {
    /// The scheme.
    pub scheme: Scheme,
    /// What stands between `scheme://` and the bucket; `None` where the URL starts with the bucket.
    pub endpoint: Option<String>,
    /// All names of the same store, this one among them: a rule that is written with one of them is about all.
    pub aliases: Vec<String>,
}

/// Where a literal text that a pattern starts with leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Lead {
    /// To a store with these names; the text has this many bytes up to the bucket.
    Store { prefixes: Vec<String>, length: usize },
    /// To a bucket.
    Bucket,
    /// To nothing that the backend serves.
    Nowhere,
    /// That far the text does not say.
    Open,
}

impl Reach {
    /// Where a pattern leads that starts with `head`. `hosts` are the names of all stores of all backends.
    pub(super) fn lead(&self, head: &str, hosts: &BTreeSet<(Scheme, String)>) -> Lead {
        let Some((scheme, rest)) = head.split_once("://") else { return Lead::Open };
        let Some(scheme) = Scheme::parse(scheme) else { return Lead::Open };
        let of_scheme = || self.names.iter().filter(move |name| name.scheme == scheme);
        let starts = |alias: &&String| rest.strip_prefix(alias.as_str()).is_some_and(|rest| rest.starts_with('/'));
        let meant = of_scheme().flat_map(|name| &name.aliases).filter(starts).max_by_key(|alias| alias.len());
        if let Some(meant) = meant {
            let same = of_scheme().filter(|name| name.aliases.contains(meant));
            let prefixes = same.filter_map(|name| Some(format!("{scheme}://{}/", name.endpoint.as_ref()?))).collect();
            return Lead::Store { prefixes, length: format!("{scheme}://{meant}/").len() };
        }
        let Some((authority, _)) = rest.split_once('/') else { return Lead::Open };
        let is_host = authority.contains(':')
            || hosts.iter().any(|(of, host)| *of == scheme && host.split('/').next() == Some(authority));
        let starts_with_bucket = of_scheme().any(|name| name.endpoint.is_none());
        if starts_with_bucket && !is_host { Lead::Bucket } else { Lead::Nowhere }
    }

    /// Whether the bucket that a literal text names, right after `length` bytes, is served; `None` when it names none.
    pub(super) fn serves_bucket(&self, head: &str, length: usize) -> Option<bool> {
        if self.buckets.is_empty() {
            return Some(true);
        }
        let (bucket, _) = head.get(length..)?.split_once('/')?;
        Some(self.has_bucket(bucket))
    }

    /// An expression for all URLs of a place that the backend serves; `None` when that is any.
    /// A `rewritten` bucket is not the one that the backend is confined to.
    pub(super) fn regex(&self, place: &Place, rewritten: bool) -> Option<String> {
        let buckets: Vec<String> = match &place.bucket {
            Some(bucket) => vec![literal(bucket)],
            None if rewritten => Vec::new(),
            None => self.buckets.iter().map(|pattern| glob::to_portable_regex(pattern)).collect(),
        };
        let mut starts: Vec<String> = Vec::new();
        for name in &self.names {
            let bucket = match (buckets.as_slice(), &name.endpoint) {
                ([], None) => "[^/:]+".to_owned(),
                ([], Some(_)) => "[^/]+".to_owned(),
                (known, _) => one_of(known),
            };
            let endpoint = name.endpoint.as_ref().map(|endpoint| format!("{}/", literal(endpoint))).unwrap_or_default();
            let start = format!("{}://{endpoint}{bucket}/", name.scheme);
            if !starts.contains(&start) {
                starts.push(start);
            }
        }
        let prefix = place.prefix.as_ref().map(KeyPrefix::portable_regex).unwrap_or_default();
        if self.names.is_empty() {
            if *place == Place::default() {
                return None;
            }
            let bucket = place.bucket.as_deref().map_or_else(|| "[^/]+".to_owned(), literal);
            return Some(format!("^[a-z0-9]+://(?:.*/)?{bucket}/{prefix}"));
        }
        Some(format!("^{}{prefix}", one_of(&starts)))
    }

    /// Whether the place's own bucket, if it names one, is served.
    pub(super) fn serves(&self, place: &Place, rewritten: bool) -> bool {
        let bucket = place.bucket.as_ref().filter(|_| !rewritten);
        bucket.is_none_or(|bucket| self.has_bucket(bucket))
    }

    fn has_bucket(&self, bucket: &str) -> bool {
        Buckets::parse("buckets", self.buckets.clone()).is_ok_and(|buckets| buckets.contains(bucket))
    }

    /// How URLs may start that the backend serves, up to the bucket, by store: each list is one store's names.
    pub(super) fn starts(&self) -> Vec<Vec<String>> {
        let of = |name: &StoreName| name.aliases.iter().map(|alias| format!("{}://{alias}/", name.scheme)).collect();
        self.names.iter().map(of).collect()
    }

    /// Whether an expression for any bucket takes another store's host for one.
    pub(super) fn takes_hosts_for_buckets(&self, hosts: &BTreeSet<(Scheme, String)>) -> bool {
        let is_bare = |scheme: Scheme| self.names.iter().any(|name| name.scheme == scheme && name.endpoint.is_none());
        let is_own = |host: &String| self.names.iter().any(|name| name.endpoint.as_ref() == Some(host));
        let may_be = |host: &String| !host.contains([':', '/']) && !is_own(host) && self.has_bucket(host);
        hosts.iter().any(|(scheme, host)| is_bare(*scheme) && may_be(host))
    }
}
