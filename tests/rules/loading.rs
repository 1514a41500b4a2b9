//! What a configuration of rules must not say. Every problem is found at once, at its field.

use presign_core::HumanDuration;
use presign_gateway::{config::SigningConfig, rules::RuleSet};
use serde_json::{Value, json};

use crate::support::{backends, build, build_with_minimum, numbered, rule};

/// The problems of one rule: the fields below `rules[0]`, and the messages.
fn problems(fields: Value) -> Vec<(String, String)> {
    let Err(problems) = build(&[rule(fields)]) else { return Vec::new() };
    let below = |field: String| field.strip_prefix("rules[0].").unwrap().to_owned();
    problems.into_iter().map(|problem| (below(problem.field), problem.message)).collect()
}

/// The one problem of a rule for everything with these fields.
fn problem(mut fields: Value) -> (String, String) {
    if fields.get("match").is_none() {
        fields["match"] = json!({"glob": "**"});
    }
    let mut found = problems(fields);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[track_caller]
fn assert_problem(fields: Value, field: &str, message: &str) {
    let (at, said) = problem(fields);
    assert_eq!(at, field);
    assert!(said.contains(message), "{said}");
}

#[test]
fn all_problems_are_reported_at_once() {
    let rules = [
        rule(json!({"name": "", "match": {"glob": "[", "regex": ["(", "a", "b)"], "bucket": "b/c", "prefix": "../x"}})),
        rule(json!({"match": {}, "backend": "azur", "ttl": "0", "methods": []})),
    ];
    let problems = build(&rules).unwrap_err();
    let fields: Vec<&str> = problems.iter().map(|problem| problem.field.as_str()).collect();
    assert_eq!(
        fields,
        [
            "rules[0].name",
            "rules[0].match.glob",
            "rules[0].match.regex[0]",
            "rules[0].match.regex[2]",
            "rules[0].match.bucket",
            "rules[0].match.prefix",
            "rules[1].backend",
            "rules[1].methods",
            "rules[1].ttl",
            "rules[1].match",
        ]
    );
}

#[test]
fn a_match_that_says_nothing_is_refused() {
    assert_problem(json!({"match": {}}), "match", "give glob, regex, bucket, prefix or match_sets");
    assert_problem(json!({"match": {"glob": []}}), "match.glob", "empty list");
    assert_problem(json!({"match": {"regex": []}}), "match.regex", "empty list");
    assert_problem(json!({"match": {"glob": ""}}), "match.glob", "is empty");
    assert_problem(json!({"match": {"glob": ["**", ""]}}), "match.glob[1]", "is empty");
    assert_problem(json!({"match": {"bucket": ""}}), "match.bucket", "no bucket");
    assert_problem(json!({"match": {"prefix": ""}}), "match.prefix", "key is empty");
    assert_problem(json!({"match": {"match_sets": []}}), "match.match_sets", "empty list");
    assert_problem(json!({"match": {"match_sets": [{"rules": []}]}}), "match.match_sets[0].rules", "match everything");
}

#[test]
fn a_pattern_that_cannot_be_read_is_refused_with_its_position() {
    assert_problem(json!({"match": {"glob": "s3://b/{a"}}), "match.glob", "at character 8 of the glob 's3://b/{a'");
    assert_problem(json!({"match": {"regex": "a)|(b"}}), "match.regex", "    a)|(b\n     ^\nerror: unopened group");
    assert_problem(json!({"match": {"regex": "a(?!b)"}}), "match.regex", "look-around");
    let sets = json!([{"rules": [{"regex": "a"}, {"regex": "["}]}]);
    assert_problem(
        json!({"match": {"match_sets": sets}}),
        "match.match_sets[0].rules[1].regex",
        "unclosed character class",
    );
}

#[test]
fn a_pattern_that_would_need_megabytes_is_refused_by_name() {
    assert_problem(json!({"match": {"regex": r"(\w{100}){100}"}}), "match.regex", "1024 KiB");
    let long = format!("s3://b/{}", "?".repeat(20_000));
    assert_problem(json!({"match": {"glob": ["**", long]}}), "match.glob[1]", "1024 KiB");
    let deep = format!("{}a{}", "(".repeat(1000), ")".repeat(1000));
    assert_problem(json!({"match": {"regex": deep}}), "match.regex", "exceed the maximum number");
    let deep = format!("{}a{}", "{".repeat(1000), "}".repeat(1000));
    assert_problem(json!({"match": {"glob": deep}}), "match.glob", "exceed the maximum number");
}

#[test]
fn a_bucket_or_prefix_that_no_object_has_is_refused() {
    assert_problem(json!({"match": {"bucket": "s3://b"}}), "match.bucket", "'s3://b': the bucket's name");
    assert_problem(json!({"match": {"prefix": "a/../b"}}), "match.prefix", "'.' or '..' segment");
}

#[test]
fn a_name_has_to_fit_a_header_and_a_label() {
    for name in ["", "é", "a\nb", " a", "a ", &"x".repeat(65)] {
        assert_problem(json!({"name": name}), "name", "1 to 64 printable ASCII characters");
    }
    assert!(problems(json!({"name": "x".repeat(64), "match": {"glob": "**"}})).is_empty());
}

#[test]
fn two_rules_of_one_name_are_refused() {
    let rules = ["a", "b", "a"].map(|name| rule(json!({"name": name, "match": {"glob": format!("s3://{name}/*")}})));
    let problems = build(&rules).unwrap_err();
    assert_eq!(problems[0].field, "rules[2].name");
    assert_eq!(problems[0].message, "'a' is the name of rules[0] already: give each its own");
    assert_eq!(problems.len(), 1);
}

#[test]
fn an_unknown_backend_is_refused_with_those_there_are() {
    assert_problem(
        json!({"backend": "azur"}),
        "backend",
        "there is no backend 'azur'; there is: aws, hourly, plain, reader",
    );
}

#[test]
fn an_operation_that_the_backend_lacks_is_refused() {
    let fields = json!({"backend": "reader", "methods": ["GET", "PUT"]});
    assert_problem(fields, "methods", "the backend does not sign PUT, only GET");
    let fields = json!({"backend": "reader", "methods": ["GET"], "check_exists": true});
    assert_problem(fields, "check_exists", "needs a backend that signs HEAD; this one signs GET");
}

#[test]
fn a_life_that_no_link_can_have_is_refused() {
    assert_problem(json!({"ttl": "0"}), "ttl", "lives 1 second to 7 days");
    assert_problem(json!({"ttl": "8d", "backend": "aws"}), "ttl", "lives 1 second to 7 days");
    assert_problem(json!({"ttl": "2h"}), "ttl", "2h is more than links of this backend live, which is 1h at most");
    assert_problem(json!({"ttl": "1m"}), "ttl", "1m is less than signing.min_ttl, 2m");
    let rules = [rule(json!({"match": {"glob": "**"}, "ttl": "1m"}))];
    assert!(build_with_minimum(&rules, 60).is_ok());
}

#[test]
fn a_default_life_that_no_link_can_have_is_reported_once() {
    let signing = SigningConfig { default_ttl: HumanDuration::from_secs(0), ..SigningConfig::default() };
    let rules = numbered(&[json!({"glob": "s3://**"}), json!({"glob": "gs://**"})]);
    let problems = RuleSet::build(&rules, &backends(), &signing).unwrap_err();
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].field, "signing.default_ttl");
}

#[test]
fn a_response_header_that_a_store_would_refuse_is_refused() {
    for value in ["attachment\r\nSet-Cookie: a=b", "attachment; filename=é"] {
        let fields = json!({"response": {"content_disposition": value}});
        assert_problem(fields, "response.content_disposition", "control character or is not ASCII");
    }
    assert_problem(json!({"response": {"cache_control": ""}}), "response.cache_control", "is empty");
    assert_problem(json!({"response": {"content_type": "html"}}), "response.content_type", "media type");
}

#[test]
fn a_response_header_that_the_backend_cannot_sign_is_refused_where_objects_are_read() {
    let with = |response: Value| json!({"match": {"glob": "s3://**"}, "backend": "plain", "response": response});
    for (response, field) in [
        (json!({"cache_control": "no-store"}), "response.cache_control"),
        (json!({"content_disposition": "inline"}), "response.content_disposition"),
        (json!({"inline_unsafe": "attachment"}), "response.inline_unsafe"),
    ] {
        assert_problem(with(response), field, "cannot be signed here");
    }
    assert!(build(&[rule(with(json!({"content_type": "text/plain"})))]).is_ok());
    let mut writes = with(json!({"cache_control": "no-store"}));
    writes["methods"] = json!(["PUT"]);
    assert!(build(&[rule(writes)]).is_ok());
}

#[test]
fn an_empty_name_in_a_list_of_callers_is_refused() {
    assert_problem(json!({"allow": {"companies": ["acme", ""]}}), "allow.companies[1]", "nobody's");
    assert_problem(json!({"deny": {"users": [" ada"]}}), "deny.users[0]", "nobody's");
}

#[test]
fn a_rewrite_to_nowhere_is_refused() {
    assert_problem(json!({"rewrite": {"bucket": "a/b"}}), "rewrite.bucket", "a character that no store allows");
    assert_problem(json!({"rewrite": {"prefix": "a/../b"}}), "rewrite.prefix", "no key starts so");
}
