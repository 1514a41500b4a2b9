//! The match sets that stand for rules.

use std::collections::BTreeMap;

use presign_core::{Buckets, ObjectLocation, Scheme};
use presign_gateway::{
    config::RuleConfig,
    rules::{Coverage, Difference, Reach, StoreName},
};
use proptest::{collection::vec, prelude::*, sample::subsequence};
use serde_json::{Value, json};

use crate::{
    properties::{naive, object, rules},
    support::{decides, numbered, rule, set},
};

/// How the stores of these tests are named: `h:1` is also `k`, and the buckets of two schemes stand alone.
fn names() -> Vec<StoreName> {
    let aliases = vec!["h:1".to_owned(), "k".to_owned()];
    let at = |name: &str| StoreName { scheme: Scheme::S3, endpoint: Some(name.to_owned()), aliases: aliases.clone() };
    let bare = |scheme| StoreName { scheme, endpoint: None, aliases: Vec::new() };
    vec![at("h:1"), at("k"), bare(Scheme::S3), bare(Scheme::Gs)]
}

fn everything() -> Reach {
    Reach { names: names(), buckets: Vec::new() }
}

fn reach() -> impl Strategy<Value = Reach> {
    let buckets = prop_oneof![Just(Vec::new()), subsequence(vec!["a", "b", "c", "a*"], 1..3)];
    (subsequence(names(), 1..=4), buckets)
        .prop_map(|(names, buckets)| Reach { names, buckets: buckets.into_iter().map(str::to_owned).collect() })
}

fn covered(rules: &[RuleConfig], reach: Reach) -> Coverage {
    set(rules).coverage(&BTreeMap::from([("hourly".to_owned(), reach)]))
}

/// The rule that our own reader makes of the sets.
fn read(coverage: &Coverage) -> Option<RuleConfig> {
    let rules = |set: &Vec<String>| set.iter().map(|regex| json!({"regex": regex})).collect::<Vec<_>>();
    let sets: Vec<Value> = coverage.sets.iter().map(|set| json!({"rules": rules(set)})).collect();
    (!sets.is_empty()).then(|| rule(json!({"match": {"match_sets": sets}})))
}

fn spellings(location: &ObjectLocation) -> Vec<String> {
    match location.endpoint() {
        Some(_) => ["h:1", "k"].map(|name| location.with_endpoint(Some(name.to_owned())).to_string()).into(),
        None => vec![location.to_string()],
    }
}

fn claims(reach: &Reach, location: &ObjectLocation) -> bool {
    let named = |name: &StoreName| (name.scheme, name.endpoint.as_deref()) == (location.scheme(), location.endpoint());
    let buckets = Buckets::parse("buckets", reach.buckets.clone()).unwrap();
    reach.names.iter().any(named) && buckets.contains(location.bucket())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_sets_match_what_a_rule_could_allow_and_where_they_do_not_it_is_said(
        rules in rules(), reach in reach(), objects in vec(object(), 10..60),
    ) {
        let coverage = covered(&rules, reach.clone());
        let reader = read(&coverage).map(|rule| set(&[rule]));
        let says = |kind| coverage.notes.iter().any(|note| note.kind == kind);
        for location in objects {
            let url = location.to_string();
            let matched = reader.as_ref().is_some_and(|set| set.find(&[&url], &location).is_some());
            let allowed = claims(&reach, &location) && naive(&rules).iter()
                .any(|rule| spellings(&location).iter().any(|spelling| rule.matches(spelling, &location)));
            prop_assert!(matched || !allowed || says(Difference::Less), "too little: {url} {coverage:?} {rules:?}");
            prop_assert!(allowed || !matched || says(Difference::More), "too much: {url} {coverage:?} {rules:?}");
        }
    }
}

/// The sets of rules that differ in their `match`, of which nothing else is to be said.
fn sets(matches: &[Value]) -> Vec<Vec<String>> {
    let coverage = covered(&numbered(matches), everything());
    assert_eq!(coverage.notes, [], "{matches:?}");
    coverage.sets
}

#[test]
fn a_rule_that_names_its_bucket_is_one_plain_expression() {
    assert_eq!(sets(&[json!({"glob": "s3://a/**"})]), [["^s3://a/"]]);
    assert_eq!(sets(&[json!({"glob": "s3://ml.x/**/metrics/*.png"})]), [["^s3://ml[.]x/(?:.*/)?metrics/[^/]*[.]png$"]]);
    assert_eq!(sets(&[json!({"regex": r"^gs://a/x\.y/.*"})]), [[r"^gs://a/x\.y/"]]);
    assert_eq!(sets(&[json!({"match_sets": [{"rules": [{"regex": "^s3://a/"}]}]})]), [["^s3://a/"]]);
}

#[test]
fn a_store_is_covered_by_all_its_names() {
    let all = ["^(?:s3://h:1/|s3://k/)a/"];
    assert_eq!(sets(&[json!({"glob": "s3://h:1/a/**"})]), [all]);
    assert_eq!(sets(&[json!({"regex": "s3://k/a/.*"}), json!({"glob": "s3://h:1/a/**"})]), [all]);
}

#[test]
fn bucket_and_prefix_are_covered_wherever_the_backend_serves_them() {
    let expected = ["^(?:s3://h:1/a/|s3://k/a/|s3://a/|gs://a/)x/y(?:/|$)"];
    assert_eq!(sets(&[json!({"bucket": "a", "prefix": "x/y"})]), [expected]);
}

#[test]
fn all_of_a_conjunction_is_one_set() {
    let matcher = json!({"glob": ["s3://a/**", "s3://b/**"], "regex": ".*png"});
    assert_eq!(sets(&[matcher]), [["^s3://a/", "^.*png$"], ["^s3://b/", "^.*png$"]]);
}

fn note_of(fields: Value, reach: Reach) -> (Difference, String) {
    let coverage = covered(&[rule(fields), rule(json!({"name": "last", "match": {"glob": "s3://z/**"}}))], reach);
    let note = coverage.notes.first().unwrap_or_else(|| panic!("{coverage:?}"));
    (note.kind, note.to_string())
}

#[test]
fn what_match_sets_cannot_say_is_said() {
    for (fields, kind, said) in [
        (json!({"match": {"bucket": "a"}, "backend": null}), Difference::More, "refuses what it matches"),
        (json!({"match": {"bucket": "a"}, "allow": {"roles": ["admin"]}}), Difference::More, "for some callers only"),
        (json!({"match": {"bucket": "a"}, "deny": {"users": ["eve"]}}), Difference::More, "for some callers only"),
        (json!({"match": {"bucket": "a"}, "allow": {}}), Difference::None, "names nobody"),
        (json!({"match": {"bucket": "a"}, "methods": ["PUT"]}), Difference::None, "allows no GET"),
        (json!({"match": {"glob": "azure://x/**"}}), Difference::None, "not of its backend"),
        (json!({"match": {"glob": "s3://h*/a/**"}}), Difference::Less, "by the name it is written with"),
        (json!({"match": {"regex": r"s3://a/(?i)x.*"}}), Difference::Dialect, "without its flags"),
    ] {
        let (found, message) = note_of(fields.clone(), everything());
        assert!(found == kind && message.starts_with("rule rule: ") && message.contains(said), "{fields}: {message}");
    }
    let confined = Reach { buckets: vec!["b".to_owned()], ..everything() };
    for matcher in [json!({"bucket": "a"}), json!({"glob": "s3://a/**"})] {
        let (kind, message) = note_of(json!({"match": matcher}), confined.clone());
        assert!(kind == Difference::None && message.contains("does not serve the bucket"), "{message}");
    }
}

#[test]
fn what_a_flag_does_ends_with_its_expression() {
    let rules = [rule(json!({"match": {"regex": "(?x) s3://a/x.* # all of it"}}))];
    let set = set(&[read(&covered(&rules, everything())).unwrap()]);
    assert_eq!(decides(&set, "s3://a/xyz"), Some(0));
    assert_eq!(decides(&set, "s3://b/xyz"), None);
}

#[test]
fn more_alternatives_than_are_worth_a_set_each_become_what_the_backend_serves() {
    let globs: Vec<String> = (0..20).map(|index| format!("s3://a/{index}/**")).collect();
    let regexes: Vec<String> = (0..20).map(|index| format!(".*{index}")).collect();
    let confined = Reach { names: names().split_off(2), buckets: vec!["a".to_owned()] };
    let coverage = covered(&[rule(json!({"match": {"glob": globs, "regex": regexes}}))], confined);
    assert_eq!(coverage.sets, [["^(?:s3://a/|gs://a/)"]]);
    assert_eq!(coverage.notes.len(), 1);
}
