//! What a configuration of rules may say, and probably does not mean.

use serde_json::{Value, json};

use crate::support::{build, numbered, rule};

fn warnings(rules: &[presign_gateway::config::RuleConfig]) -> Vec<(String, String)> {
    build(rules).unwrap().1.into_iter().map(|problem| (problem.field, problem.message)).collect()
}

/// The indices of the rules that are said never to be reached.
fn unreached(matches: &[Value]) -> Vec<usize> {
    let found = warnings(&numbered(matches)).into_iter().filter(|(_, message)| message.starts_with("is never reached"));
    found.map(|(field, _)| field["rules[".len()..field.find(']').unwrap()].parse().unwrap()).collect()
}

#[track_caller]
fn assert_warning(fields: Value, field: &str, message: &str) {
    let mut found = warnings(&[rule(fields)]);
    assert_eq!(found.len(), 1, "{found:?}");
    let (at, said) = found.remove(0);
    assert_eq!(at, format!("rules[0].{field}"));
    assert!(said.contains(message), "{said}");
}

#[track_caller]
fn assert_silent(fields: Value) {
    assert_eq!(warnings(&[rule(fields)]), []);
}

#[test]
fn a_rule_after_one_that_takes_all_of_it_is_never_reached() {
    let pairs = [
        (json!({"glob": "s3://b/**"}), json!({"glob": "s3://b/**"})),
        (json!({"glob": "**"}), json!({"bucket": "b"})),
        (json!({"glob": "s3://**"}), json!({"glob": ["s3://b/*", "s3://c/{x,y}"]})),
        (json!({"glob": "s3://**"}), json!({"regex": r"s3://minio\.example:9000/.*"})),
        (json!({"glob": "s3://**"}), json!({"regex": "s3://[a-z]+/.*"})),
        (json!({"regex": "s3://b/.*"}), json!({"glob": "s3://b/x/*"})),
        (json!({"regex": r"^s3://b\.c/.*$"}), json!({"glob": "s3://b.c/x/*"})),
        (json!({"regex": "a|b"}), json!({"regex": "(?:a|b)"})),
        (json!({"regex": ".*"}), json!({"match_sets": [{"rules": [{"regex": "x"}]}]})),
        (json!({"match_sets": [{"rules": [{"regex": "^s3://"}]}]}), json!({"glob": "s3://b/*"})),
        (json!({"bucket": "b"}), json!({"bucket": "b", "prefix": "data"})),
        (json!({"prefix": "a"}), json!({"bucket": "b", "prefix": "a/b"})),
        (json!({"prefix": "a/"}), json!({"prefix": "a/b"})),
        (json!({"prefix": "a"}), json!({"prefix": "a/"})),
        (json!({"glob": ["s3://a/*", "s3://b/*"]}), json!({"glob": "s3://b/*", "bucket": "b"})),
        (json!({"glob": "gs://b/*", "prefix": "x"}), json!({"glob": "gs://b/*", "prefix": "x"})),
    ];
    for (first, second) in pairs {
        assert_eq!(unreached(&[first.clone(), second.clone()]), [1], "{first} {second}");
    }
}

#[test]
fn two_rules_together_can_take_all_of_a_third() {
    let rules = [json!({"glob": "s3://a/**"}), json!({"glob": "s3://b/**"}), json!({"glob": ["s3://a/x", "s3://b/y"]})];
    let found = warnings(&numbered(&rules));
    assert_eq!(found[0].0, "rules[2].match");
    assert_eq!(found[0].1, "is never reached: rules[0] (rule-0) with rules[1] (rule-1) takes all that it matches");
}

#[test]
fn a_rule_that_can_be_reached_is_not_said_to_be_shadowed() {
    let pairs = [
        (json!({"glob": "s3://b/*"}), json!({"glob": "s3://b/**"})),
        (json!({"glob": "s3://b/**"}), json!({"glob": ["s3://b/x", "s3://c/x"]})),
        (json!({"glob": "s3://b/**"}), json!({"bucket": "b"})),
        (json!({"glob": "s3://b/**", "prefix": "x"}), json!({"glob": "s3://b/**"})),
        (json!({"glob": "s3://**"}), json!({"regex": "(s3|gs)://.*"})),
        (
            json!({"glob": "s3://**"}),
            json!({"match_sets": [{"rules": [{"regex": "^s3://"}]}, {"rules": [{"regex": "x"}]}]}),
        ),
        (json!({"bucket": "b"}), json!({"prefix": "data"})),
        (json!({"prefix": "a/"}), json!({"prefix": "a"})),
        (json!({"prefix": "data"}), json!({"prefix": "data-private"})),
        (json!({"match_sets": [{"rules": [{"regex": "^s3://"}, {"regex": "x"}]}]}), json!({"glob": "s3://b/*"})),
        (json!({"regex": "s3://b.c/.*"}), json!({"glob": "s3://b.c/x/*"})),
        (json!({"regex": "S3://b/.*"}), json!({"glob": "s3://b/x/*"})),
    ];
    for (first, second) in pairs {
        assert_eq!(unreached(&[first.clone(), second.clone()]), [] as [usize; 0], "{first} {second}");
    }
}

#[test]
fn a_regular_expression_that_reads_like_a_search_is_pointed_out() {
    for regex in ["^s3://", "^s3://b/public/", r"^s3://b/x\$", "^s3://.*/metrics", "s3://bucket/"] {
        assert_warning(json!({"match": {"regex": regex}}), "match.regex", "write .* at its end");
    }
    for regex in ["^s3://b/.*", "^s3://b/x$", "s3://b/.*/x.png", "^s3://b/(x|y)", "^s3://b/[^/]+"] {
        assert_silent(json!({"match": {"regex": regex}}));
    }
}

#[test]
fn clearml_match_sets_are_searches_and_not_pointed_out() {
    let sets = json!([{"rules": [{"field": "", "obj_type": "", "regex": "^s3://"}]}]);
    assert_silent(json!({"match": {"match_sets": sets}}));
}

#[test]
fn a_pattern_that_no_url_can_match_is_pointed_out() {
    for regex in [r"\.png$", "/metrics/.*", "S3://b/.*", "ftp://.*"] {
        assert_warning(json!({"match": {"regex": regex}}), "match.regex", "matches no storage URL");
    }
    assert_warning(json!({"match": {"glob": "bucket/**"}}), "match.glob", "matches no storage URL");
    assert_warning(json!({"match": {"glob": ["**", "*.png"]}}), "match.glob[1]", "matches no storage URL");
    for glob in ["s3://b/**", "https://h/**", "*://b/**", "{s3,gs}://b/**", "**/x"] {
        assert_silent(json!({"match": {"glob": glob}}));
    }
}

#[test]
fn a_glob_that_stops_at_the_bucket_is_pointed_out() {
    for glob in ["s3://bucket", "s3://bucket/"] {
        assert_warning(json!({"match": {"glob": glob}}), "match.glob", "names no object: write s3://bucket/** for all");
    }
    assert_silent(json!({"match": {"glob": "s3://bucket/k"}}));
}

#[test]
fn a_pattern_for_another_store_than_the_backends_is_pointed_out() {
    let fields = json!({"match": {"glob": "gs://b/**"}, "backend": "aws"});
    assert_warning(fields, "match.glob", "matches only gs:// URLs, and the rule's backend serves s3://");
    let fields = json!({"match": {"regex": ["s3://.*", "(azure|gs)://b/.*"]}, "backend": "aws"});
    assert_warning(fields, "match.regex[1]", "matches only gs://, azure:// URLs");
    assert_silent(json!({"match": {"glob": "*://b/**"}, "backend": "aws"}));
    assert_silent(json!({"match": {"glob": "https://h/b/**"}, "backend": "aws"}));
    assert_silent(json!({"match": {"glob": "gs://b/**"}, "backend": "hourly"}));
}

#[test]
fn an_allow_list_that_names_nobody_is_pointed_out() {
    assert_warning(json!({"match": {"glob": "**"}, "allow": {}}), "allow", "names nobody");
}

#[test]
fn what_a_match_set_says_besides_the_url_is_pointed_out() {
    let sets = json!([{"rules": [{"field": "event.url", "regex": "^s3://"}]}]);
    let field = "match.match_sets[0].rules[0].field";
    assert_warning(json!({"match": {"match_sets": sets}}), field, "'event.url' is not known here");
    let sets = json!([{"rules": [{"obj_type": "frame", "regex": "^s3://"}]}]);
    let field = "match.match_sets[0].rules[0].obj_type";
    assert_warning(json!({"match": {"match_sets": sets}}), field, "the regex alone decides");
}
