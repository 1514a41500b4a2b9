//! Short ways to say rules, objects and callers.

use std::collections::BTreeMap;

use presign_core::{ExpiresIn, HumanDuration, ObjectKey, ObjectLocation, Operation, Problem, Scheme};
use presign_gateway::{
    auth::Principal,
    config::{RuleConfig, SigningConfig},
    rules::{BackendFacts, RuleSet},
};
use serde_json::{Value, json};

/// Backends of some kinds: all operations, only reads, links of at most an hour, and those without overrides.
pub(crate) fn backends() -> BTreeMap<String, BackendFacts> {
    let s3 = BackendFacts {
        operations: &Operation::ALL,
        longest_life: ExpiresIn::MAX,
        schemes: vec![Scheme::S3],
        refused: vec![],
    };
    let reader = BackendFacts { operations: &[Operation::Get], schemes: vec![Scheme::Gs], ..s3.clone() };
    let hour = BackendFacts { longest_life: ExpiresIn::from_seconds(3600).unwrap(), schemes: vec![], ..s3.clone() };
    let refused = ["content_disposition", "cache_control"].map(|header| (header, "cannot be signed here"));
    let plain = BackendFacts { refused: refused.to_vec(), ..hour.clone() };
    let named = [("aws", s3), ("hourly", hour), ("plain", plain), ("reader", reader)];
    named.map(|(name, facts)| (name.to_owned(), facts)).into()
}

/// A rule named `rule`, for the backend `hourly` that serves anything, where the fields say nothing else.
pub(crate) fn rule(fields: Value) -> RuleConfig {
    let mut all = json!({"name": "rule", "backend": "hourly"});
    let Value::Object(fields) = fields else { panic!("a rule's fields are an object") };
    all.as_object_mut().unwrap().extend(fields);
    serde_json::from_value(all).unwrap()
}

/// Rules named `rule-0`, `rule-1` and so on, which differ in their `match`.
pub(crate) fn numbered(matches: &[Value]) -> Vec<RuleConfig> {
    let named = |(index, matcher): (usize, &Value)| rule(json!({"name": format!("rule-{index}"), "match": matcher}));
    matches.iter().enumerate().map(named).collect()
}

pub(crate) fn build(rules: &[RuleConfig]) -> Result<(RuleSet, Vec<Problem>), Vec<Problem>> {
    RuleSet::build(rules, &backends(), &SigningConfig::default())
}

pub(crate) fn build_with_minimum(rules: &[RuleConfig], seconds: u64) -> Result<(RuleSet, Vec<Problem>), Vec<Problem>> {
    let signing = SigningConfig { min_ttl: HumanDuration::from_secs(seconds), ..SigningConfig::default() };
    RuleSet::build(rules, &backends(), &signing)
}

/// The rule set of rules that load.
pub(crate) fn set(rules: &[RuleConfig]) -> RuleSet {
    build(rules).unwrap().0
}

/// The object of `scheme://bucket/key`.
pub(crate) fn location(url: &str) -> ObjectLocation {
    let (scheme, place) = url.split_once("://").unwrap();
    let (bucket, key) = place.split_once('/').unwrap();
    ObjectLocation::new(Scheme::parse(scheme).unwrap(), None, bucket, ObjectKey::parse(key).unwrap()).unwrap()
}

/// The index of the rule that decides about `scheme://bucket/key`.
pub(crate) fn decides(set: &RuleSet, url: &str) -> Option<usize> {
    set.find(&[url], &location(url)).map(|found| found.rule().index())
}

/// Whether one rule with this `match` matches.
pub(crate) fn matches(matcher: Value, url: &str) -> bool {
    decides(&set(&numbered(&[matcher])), url) == Some(0)
}

/// Ada of Acme, an admin.
pub(crate) fn ada() -> Principal {
    Principal::new("ada", "acme", "admin").with_name(Some("Ada".to_owned()))
}
