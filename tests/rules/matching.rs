//! Which rule matches which object.

use presign_core::{ObjectKey, ObjectLocation, Scheme};
use presign_gateway::rules::Verdict;
use serde_json::json;

use crate::support::{decides, location, matches, numbered, rule, set};

#[test]
fn the_first_rule_that_matches_decides() {
    let set = set(&numbered(&[
        json!({"glob": "s3://b/secret/**"}),
        json!({"bucket": "b", "prefix": "data"}),
        json!({"regex": "s3://b/.*"}),
    ]));
    assert_eq!(decides(&set, "s3://b/secret/x"), Some(0));
    assert_eq!(decides(&set, "s3://b/data/x"), Some(1));
    assert_eq!(decides(&set, "s3://b/other"), Some(2));
    assert_eq!(decides(&set, "s3://c/other"), None);
}

#[test]
fn without_rules_nothing_matches() {
    assert_eq!(decides(&set(&[]), "s3://b/k"), None);
}

#[test]
fn a_prefix_ends_at_a_segment() {
    let data = || json!({"prefix": "data"});
    assert!(matches(data(), "s3://b/data"));
    assert!(matches(data(), "s3://b/data/x/y"));
    for url in ["s3://b/data-private/x", "s3://b/data.bak", "s3://b/dat", "s3://b/x/data/y", "s3://b//data/x"] {
        assert!(!matches(data(), url), "{url}");
    }
}

#[test]
fn a_prefix_with_a_slash_at_its_end_is_a_folder() {
    let folder = || json!({"prefix": "data/"});
    assert!(matches(folder(), "s3://b/data/x"));
    assert!(matches(folder(), "s3://b/data/"));
    assert!(!matches(folder(), "s3://b/data"));
    assert!(!matches(folder(), "s3://b/data-private/x"));
    assert!(matches(json!({"prefix": "/"}), "s3://b//x"));
    assert!(!matches(json!({"prefix": "/"}), "s3://b/x"));
}

#[test]
fn a_bucket_is_its_whole_name() {
    let bucket = || json!({"bucket": "my.bucket"});
    assert!(matches(bucket(), "s3://my.bucket/k"));
    for url in ["s3://my.bucket-2/k", "s3://my-bucket/k", "s3://x.my.bucket/k", "s3://other/my.bucket/k"] {
        assert!(!matches(bucket(), url), "{url}");
    }
}

#[test]
fn a_prefix_is_text_and_no_pattern() {
    assert!(matches(json!({"bucket": "b", "prefix": "a.*[x]"}), "s3://b/a.*[x]/y"));
    assert!(!matches(json!({"bucket": "b", "prefix": "a.*[x]"}), "s3://b/abcx/y"));
}

#[test]
fn a_regular_expression_matches_the_whole_url() {
    let regex = |regex: &str| json!({"regex": regex});
    assert!(matches(regex(r"s3://b/.*\.png"), "s3://b/x/é.png"));
    assert!(matches(regex(r"^s3://b/.*$"), "s3://b/x"));
    assert!(!matches(regex(r"s3://b/x"), "s3://b/x/y"));
    assert!(!matches(regex(r"//b/.*"), "s3://b/x"));
    assert!(!matches(regex(r"S3://B/.*"), "s3://b/x"));
    assert!(matches(regex(r"(?i)S3://B/.*"), "s3://b/x"));
    assert!(matches(regex(r"s3://b/caf."), "s3://b/café"));
}

#[test]
fn an_expression_cannot_step_out_of_its_anchors() {
    for regex in [r"s3://b/public|s3://b/x", r"(?x)s3://b/public # any", r"(?m)^s3://b/public$"] {
        assert!(matches(json!({"regex": regex}), "s3://b/public"), "{regex}");
        for url in ["s3://b/public/secret", "s3://b/x/secret", "gs://s3/s3://b/public"] {
            assert!(!matches(json!({"regex": regex}), url), "{regex} {url}");
        }
    }
}

#[test]
fn of_several_globs_or_expressions_one_has_to_match() {
    let set =
        set(&numbered(&[json!({"glob": ["s3://a/**", "s3://b/**"]}), json!({"regex": ["gs://a/.*", "gs://b/.*"]})]));
    let decided = ["s3://a/x", "s3://b/x", "gs://b/x", "gs://c/x"].map(|url| decides(&set, url));
    assert_eq!(decided, [Some(0), Some(0), Some(1), None]);
}

#[test]
fn of_several_kinds_all_have_to_match() {
    let set = set(&numbered(&[
        json!({"glob": "s3://b/**/*.png", "regex": ".*/run[0-9]+/.*", "bucket": "b", "prefix": "team"}),
        json!({"glob": "s3://b/**"}),
    ]));
    assert_eq!(decides(&set, "s3://b/team/run7/x.png"), Some(0));
    for url in ["s3://b/team/run/x.png", "s3://b/team/run7/x.jpg", "s3://b/teams/run7/x.png"] {
        assert_eq!(decides(&set, url), Some(1), "{url}");
    }
}

#[test]
fn clearml_match_sets_are_searched_all_rules_of_any_set() {
    let sets = json!([
        {"rules": [{"field": "", "obj_type": "", "regex": "^s3://"}, {"regex": r"\.png$"}]},
        {"rules": [{"regex": "/public/"}]},
    ]);
    let set = set(&numbered(&[json!({"match_sets": sets}), json!({"glob": "**"})]));
    assert_eq!(decides(&set, "s3://b/x.png"), Some(0));
    assert_eq!(decides(&set, "gs://b/a/public/x"), Some(0));
    assert_eq!(decides(&set, "s3://b/x.PNG"), Some(1));
    assert_eq!(decides(&set, "gs://b/x.png"), Some(1));
}

#[test]
fn the_key_is_literal() {
    assert!(matches(json!({"glob": "s3://b/run%3A1/*"}), "s3://b/run%3A1/x?y#z"));
    assert!(!matches(json!({"glob": "s3://b/run:1/*"}), "s3://b/run%3A1/x"));
    assert!(!matches(json!({"glob": "s3://b/a/*"}), "s3://b/a%2Fb"));
}

#[test]
fn any_spelling_of_an_object_will_do_and_the_first_rule_still_wins() {
    let key = ObjectKey::parse("data/x").unwrap();
    let location = ObjectLocation::new(Scheme::S3, Some("minio:9000".to_owned()), "b", key).unwrap();
    let spellings = ["s3://minio:9000/b/data/x", "s3://b/data/x"];
    let index =
        |set: &presign_gateway::rules::RuleSet| set.find(&spellings, &location).map(|found| found.rule().index());
    let by_bucket = numbered(&[json!({"glob": "s3://b/**"}), json!({"glob": "s3://minio:9000/**"})]);
    assert_eq!(index(&set(&by_bucket)), Some(0));
    let by_place = numbered(&[json!({"prefix": "data"}), json!({"glob": "**"})]);
    assert_eq!(index(&set(&by_place)), Some(0));
    // Both have to be true of the same spelling.
    let torn = numbered(&[json!({"glob": "s3://minio:9000/**", "regex": "s3://b/.*"}), json!({"glob": "s3://b/**"})]);
    assert_eq!(index(&set(&torn)), Some(1));
}

#[test]
fn a_spelling_of_another_object_is_not_believed() {
    let set = set(&numbered(&[json!({"glob": "s3://public/**"}), json!({"bucket": "private"})]));
    let private = location("s3://private/x");
    for spelling in ["s3://public/x", "s3://public/y", "s3://public/not-private/x", "s3://privatex", ""] {
        assert!(set.find(&[spelling], &private).is_none(), "{spelling}");
    }
    assert!(set.find::<&str>(&[], &private).is_none());
    let found = set.find(&["s3://public/x", "s3://private/x"], &private).unwrap();
    assert_eq!(found.rule().index(), 1);
}

#[test]
fn explain_says_of_every_rule_whether_it_matches_or_why_not() {
    let set = set(&[
        rule(json!({"name": "images", "match": {"glob": ["s3://b/*.png", "s3://b/*.jpg"]}})),
        rule(json!({"name": "other", "match": {"bucket": "c"}})),
        rule(json!({"name": "data", "match": {"bucket": "b", "prefix": "data"}})),
        rule(json!({"name": "folder", "match": {"prefix": "data/"}})),
        rule(
            json!({"name": "both", "match": {"glob": "gs://**", "match_sets": [{"rules": [{"regex": "zip"}, {"regex": "tar"}]}]}}),
        ),
        rule(json!({"name": "sets", "match": {"match_sets": [{"rules": [{"regex": "^s3"}, {"regex": "txt$"}]}]}})),
        rule(json!({"name": "all", "match": {"glob": "**"}})),
    ]);
    let url = "s3://b/data-private/y.txt";
    let explained = set.explain(&[url], &location(url));
    let names: Vec<&str> = explained.iter().map(|explanation| explanation.rule.name()).collect();
    assert_eq!(names, ["images", "other", "data", "folder", "both", "sets", "all"]);
    let verdicts: Vec<Verdict> = explained.into_iter().map(|explanation| explanation.verdict).collect();
    let differs = |why: &str| Verdict::Differs(why.to_owned());
    let expected = [
        differs("glob does not match: s3://b/*.png, s3://b/*.jpg"),
        differs("the bucket is 'b', not 'c'"),
        differs("the key is not 'data' or below 'data/'"),
        differs("the key is not below 'data/'"),
        differs("glob does not match: gs://**; match_sets does not match: zip and tar"),
        Verdict::Matches,
        Verdict::ComesLater,
    ];
    assert_eq!(verdicts, expected);
}
