//! What each rule wants of its backend's store, as far as its configuration tells: pure.

use presign_core::AccessNeed;
use serde_json::Value;

use crate::config::{BackendConfig, Config, RuleConfig};

/// What matches anything.
const ANY: &str = "*";

/// What all rules of a backend want of it. A rule that matches by regular expressions may want anything.
#[must_use]
pub fn needs(config: &Config, backend: &str) -> Vec<AccessNeed> {
    let Some(store) = config.backends.get(backend) else { return Vec::new() };
    let rules = config.rules.iter().filter(|rule| rule.backend.as_deref() == Some(backend));
    let mut needs: Vec<AccessNeed> = rules.flat_map(|rule| of_rule(rule, store)).collect();
    needs.dedup();
    needs
}

fn of_rule(rule: &RuleConfig, store: &BackendConfig) -> Vec<AccessNeed> {
    let matcher = &rule.matcher;
    let mut places: Vec<(String, String)> = match &matcher.glob {
        Some(globs) => globs.as_slice().iter().map(|glob| place(glob, store)).collect(),
        None => vec![(ANY.to_owned(), ANY.to_owned())],
    };
    for (bucket, key) in &mut places {
        if let Some(named) = &matcher.bucket {
            bucket.clone_from(named);
        }
        if let Some(prefix) = matcher.prefix.as_deref().filter(|_| matcher.glob.is_none()) {
            *key = format!("{}/*", prefix.trim_end_matches('/'));
        }
        rewrite(rule, bucket, key);
    }
    places.into_iter().flat_map(|(bucket, key)| in_buckets(rule, store, &bucket, &key)).collect()
}

fn rewrite(rule: &RuleConfig, bucket: &mut String, key: &mut String) {
    let Some(instead) = &rule.rewrite else { return };
    if let Some(other) = &instead.bucket {
        bucket.clone_from(other);
    }
    if let Some(prefix) = &instead.prefix {
        *key = format!("{prefix}*");
    }
}

/// A rule that takes any bucket gets those that its backend is confined to.
fn in_buckets(rule: &RuleConfig, store: &BackendConfig, bucket: &str, key: &str) -> Vec<AccessNeed> {
    let confined = ["buckets", "containers"].iter().find_map(|field| store.options.get(field)?.as_array());
    let names: Vec<&str> = match confined {
        Some(names) if bucket == ANY && !names.is_empty() => names.iter().filter_map(Value::as_str).collect(),
        _ => vec![bucket],
    };
    let need = |name: &str| AccessNeed {
        rule: rule.name.clone(),
        bucket: name.to_owned(),
        key: key.to_owned(),
        operations: rule.methods.clone(),
        check_exists: rule.check_exists,
    };
    names.into_iter().map(need).collect()
}

/// Bucket and key of a glob over storage URLs, widened where patterns of access management cannot say the same.
fn place(glob: &str, store: &BackendConfig) -> (String, String) {
    let Some((_, rest)) = glob.split_once("://") else { return (ANY.to_owned(), ANY.to_owned()) };
    let (first, behind) = rest.split_once('/').unwrap_or((rest, ""));
    let (bucket, key) =
        if names_a_host(first, store) { behind.split_once('/').unwrap_or((behind, "")) } else { (first, behind) };
    (widened(bucket), widened(key))
}

/// Whether the first part of a URL names the store and not a bucket: it has a port, or it is one that the backend says,
/// or URLs of its kind always name the account there.
fn names_a_host(first: &str, store: &BackendConfig) -> bool {
    let endpoints = ["endpoint", "public_endpoint"].into_iter().filter_map(|field| store.options.get(field)?.as_str());
    let hosts = endpoints.filter_map(|url| url.split_once("://")).map(|(_, host)| host.split(['/', ':']).next());
    first.contains(':') || store.options.get("account").is_some() || hosts.flatten().any(|host| host == first)
}

/// `**` and `*` match anything; what is neither literal nor a wildcard ends what is known.
fn widened(glob: &str) -> String {
    let known = glob.find(['[', '{', '\\']).map(|end| glob.get(..end).unwrap_or_default());
    let mut pattern = known.map_or_else(|| glob.to_owned(), |start| format!("{start}*"));
    while pattern.contains("**") {
        pattern = pattern.replace("**", ANY);
    }
    if pattern.is_empty() { ANY.to_owned() } else { pattern }
}
