//! Whom a matching rule lets in, to do what, with which object.

use presign_core::Operation;
use presign_gateway::{auth::Principal, rules::Refusal};
use serde_json::{Value, json};

use crate::support::{ada, location, rule, set};

const URL: &str = "s3://b/data/x.png";

/// What a rule for everything, with these fields, says to Ada.
fn ask(mut fields: Value, operation: Operation) -> Result<String, Refusal> {
    if fields.get("match").is_none() {
        fields["match"] = json!({"glob": "**"});
    }
    let set = set(&[rule(fields)]);
    let location = location(URL);
    let grant = set.find(&[URL], &location).unwrap().authorize(&ada(), operation)?;
    assert_eq!(grant.operation(), operation);
    Ok(grant.location().to_string())
}

fn get(fields: Value) -> Result<String, Refusal> {
    ask(fields, Operation::Get)
}

#[test]
fn without_allow_and_deny_everybody_who_is_authenticated_may() {
    assert_eq!(get(json!({})), Ok(URL.to_owned()));
}

#[test]
fn allow_lets_in_whom_one_of_its_lists_names() {
    for allow in [json!({"users": ["bob", "ada"]}), json!({"companies": ["acme"]}), json!({"roles": ["admin"]})] {
        assert!(get(json!({"allow": allow})).is_ok(), "{allow}");
    }
    for allow in [json!({"users": ["*"]}), json!({"companies": ["*"]}), json!({"users": ["bob"], "roles": ["*"]})] {
        assert!(get(json!({"allow": allow})).is_ok(), "{allow}");
    }
    for allow in [json!({"users": ["bob", "Ada", "ad", "ada2"]}), json!({"roles": ["ada"]}), json!({})] {
        assert_eq!(get(json!({"allow": allow})), Err(Refusal::NotAllowed), "{allow}");
    }
}

#[test]
fn deny_wins_over_allow() {
    for deny in [
        json!({"users": ["ada"]}),
        json!({"companies": ["acme"]}),
        json!({"roles": ["admin"]}),
        json!({"roles": ["*"]}),
    ] {
        let fields = json!({"allow": {"users": ["ada", "*"]}, "deny": deny});
        assert_eq!(get(fields), Err(Refusal::Denied), "{deny}");
    }
    assert!(get(json!({"deny": {"users": ["bob"]}})).is_ok());
    assert!(get(json!({"deny": {}})).is_ok());
}

#[test]
fn a_role_is_no_user_and_a_user_no_role() {
    let set = set(&[rule(json!({"match": {"glob": "**"}, "allow": {"users": ["admin"]}}))]);
    let location = location(URL);
    let found = set.find(&[URL], &location).unwrap();
    assert_eq!(found.authorize(&ada(), Operation::Get).unwrap_err(), Refusal::NotAllowed);
    let named_admin = Principal { user: "admin".to_owned(), role: "guest".to_owned(), ..ada() };
    assert!(found.authorize(&named_admin, Operation::Get).is_ok());
}

#[test]
fn only_the_rules_methods_are_allowed_and_by_default_reads() {
    assert!(ask(json!({}), Operation::Head).is_ok());
    let refusal = ask(json!({}), Operation::Put).unwrap_err();
    assert_eq!(refusal, Refusal::Method { allowed: vec![Operation::Get, Operation::Head] });
    assert_eq!(refusal.to_string(), "the rule does not allow this method, only GET, HEAD");
    assert!(ask(json!({"methods": ["PUT"]}), Operation::Put).is_ok());
    assert!(ask(json!({"methods": ["PUT"]}), Operation::Get).is_err());
}

#[test]
fn who_may_do_nothing_is_not_told_what_others_may() {
    assert_eq!(ask(json!({"deny": {"users": ["ada"]}}), Operation::Put), Err(Refusal::Denied));
}

#[test]
fn a_rule_without_a_backend_refuses_what_it_matches() {
    assert_eq!(get(json!({"backend": null})), Err(Refusal::NoBackend));
}

#[test]
fn rewriting_puts_another_bucket_or_prefix_in_place() {
    let cases = [
        (json!({"glob": "**"}), json!({"bucket": "c"}), "s3://c/data/x.png"),
        (json!({"prefix": "data"}), json!({"prefix": "old/2024"}), "s3://b/old/2024/x.png"),
        (json!({"prefix": "data/"}), json!({"prefix": "old"}), "s3://b/old/x.png"),
        (json!({"prefix": "data"}), json!({"prefix": "old/"}), "s3://b/old/x.png"),
        (json!({"prefix": "data"}), json!({"prefix": ""}), "s3://b/x.png"),
        (json!({"prefix": "data/x.png"}), json!({"prefix": "y.png"}), "s3://b/y.png"),
        (json!({"glob": "s3://b/data/**"}), json!({"prefix": "mirror"}), "s3://b/mirror/data/x.png"),
        (json!({"bucket": "b", "prefix": "data"}), json!({"bucket": "c", "prefix": "%2F d"}), "s3://c/%2F d/x.png"),
        (json!({"glob": "**"}), json!({}), URL),
    ];
    for (matcher, rewrite, expected) in cases {
        let fields = json!({"match": matcher, "rewrite": rewrite});
        assert_eq!(get(fields), Ok(expected.to_owned()), "{matcher} {rewrite}");
    }
}

#[test]
fn a_rewrite_that_leaves_no_valid_key_is_refused() {
    let gone = get(json!({"match": {"prefix": "data/x.png"}, "rewrite": {"prefix": ""}})).unwrap_err();
    assert_eq!(gone.to_string(), "the rule's rewrite makes no valid location of this one: the object key is empty");
    let long = "x".repeat(1020);
    assert_eq!(get(json!({"rewrite": {"prefix": long}})).unwrap_err().label(), "rewrite");
}

#[test]
fn a_grant_carries_what_signing_needs() {
    let set = set(&[rule(
        json!({"name": "r", "match": {"glob": "**"}, "backend": "aws", "ttl": "15m", "check_exists": true}),
    )]);
    let location = location(URL);
    let found = set.find(&[URL], &location).unwrap();
    let grant = found.authorize(&ada(), Operation::Get).unwrap();
    assert_eq!((grant.backend(), grant.rule().name(), grant.rule().ttl().seconds()), ("aws", "r", 900));
    assert!(grant.rule().check_exists());
    assert_eq!(grant.location(), &location);
}
