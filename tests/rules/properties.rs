//! What is true of all rules and objects.

use presign_core::{ObjectKey, ObjectLocation, Operation, Scheme};
use presign_gateway::{
    auth::Principal,
    config::{MatchConfig, MatchSet, MatchSetRule, OneOrMany, RuleConfig},
    rules::{RuleSet, Verdict},
};
use proptest::{collection::vec, option, prelude::*, sample::select};
use regex::Regex;
use serde_json::{Value, json};

use crate::support::{build, location, numbered, rule, set};

/// Globs whose every `**` is a whole segment, in ASCII: there globset agrees.
fn glob() -> impl Strategy<Value = String> {
    let head = select(vec!["s3://", "gs://", "*://", "{s3,gs}://", "s3://h:1/", "**/"]);
    let piece = select(vec!["a", "b", "ab", "*", "?", "[ab]", "{a,b}", "a*", "*b", "**"]);
    (head, vec(piece, 1..4)).prop_map(|(head, pieces)| format!("{head}{}", pieces.join("/")))
}

fn regex() -> impl Strategy<Value = String> {
    let head = select(vec!["", "^", "s3://", "(?i)S3://", ".*", "(s3|gs)://h?"]);
    let piece = select(vec!["a", "b/", ".*", "[ab]+", "/", "(a|b)", "a?", ".", "a|b"]);
    (head, vec(piece, 0..4), select(vec!["", "$", ".*"]))
        .prop_map(|(head, pieces, tail)| format!("{head}{}{tail}", pieces.concat()))
}

fn match_sets() -> impl Strategy<Value = Vec<MatchSet>> {
    let rule = regex().prop_map(|regex| MatchSetRule { field: String::new(), obj_type: String::new(), regex });
    vec(vec(rule, 1..3).prop_map(|rules| MatchSet { rules }), 1..3)
}

fn one_or_many(text: impl Strategy<Value = String>) -> impl Strategy<Value = OneOrMany> {
    vec(text.prop_filter("no URL is empty", |text| !text.is_empty()), 1..3).prop_map(OneOrMany::Many)
}

fn matcher() -> impl Strategy<Value = MatchConfig> {
    let place = (option::weighted(0.3, select(vec!["a", "b", "ab"])), option::weighted(0.3, "(a|b|ab)(/(a|b)){0,1}/?"));
    let patterns = (
        option::weighted(0.5, one_or_many(glob())),
        option::weighted(0.3, one_or_many(regex())),
        option::weighted(0.2, match_sets()),
    );
    (place, patterns)
        .prop_map(|((bucket, prefix), (glob, regex, match_sets))| MatchConfig {
            glob,
            regex,
            bucket: bucket.map(str::to_owned),
            prefix,
            match_sets,
        })
        .prop_filter("a match says something", |matcher| {
            let MatchConfig { glob, regex, bucket, prefix, match_sets } = matcher;
            glob.is_some() || regex.is_some() || bucket.is_some() || prefix.is_some() || match_sets.is_some()
        })
}

pub(crate) fn rules() -> impl Strategy<Value = Vec<RuleConfig>> {
    let named = |(index, matcher): (usize, MatchConfig)| {
        let template = rule(json!({"name": format!("rule-{index}"), "match": {}}));
        RuleConfig { matcher, ..template }
    };
    vec(matcher(), 1..8).prop_map(move |matchers| matchers.into_iter().enumerate().map(named).collect())
}

pub(crate) fn object() -> impl Strategy<Value = ObjectLocation> {
    let scheme = select(vec![Scheme::S3, Scheme::Gs]);
    let endpoint = option::weighted(0.3, Just("h:1".to_owned()));
    (scheme, endpoint, "(a|b|ab|c)", "(a|b|ab|/|\\.a|A){1,6}").prop_map(|(scheme, endpoint, bucket, key)| {
        ObjectLocation::new(scheme, endpoint, bucket, ObjectKey::parse(key).unwrap()).unwrap()
    })
}

/// With and without the endpoint, as the gateway spells it.
fn spellings(location: &ObjectLocation) -> Vec<String> {
    let mut all = vec![location.to_string(), location.with_endpoint(None).to_string()];
    all.dedup();
    all
}

/// The meaning of a rule's `match`, word by word, by other libraries.
pub(crate) struct Naive {
    globs: Option<Vec<globset::GlobMatcher>>,
    regexes: Option<Vec<Regex>>,
    sets: Option<Vec<Vec<Regex>>>,
    bucket: Option<String>,
    prefix: Option<String>,
}

impl Naive {
    fn new(matcher: &MatchConfig) -> Self {
        let glob =
            |glob: &String| globset::GlobBuilder::new(glob).literal_separator(true).build().unwrap().compile_matcher();
        let whole = |regex: &String| Regex::new(&format!(r"\A(?:{regex})\z")).unwrap();
        let set = |set: &MatchSet| set.rules.iter().map(|rule| Regex::new(&rule.regex).unwrap()).collect();
        Self {
            globs: matcher.glob.as_ref().map(|globs| globs.as_slice().iter().map(glob).collect()),
            regexes: matcher.regex.as_ref().map(|regexes| regexes.as_slice().iter().map(whole).collect()),
            sets: matcher.match_sets.as_ref().map(|sets| sets.iter().map(set).collect()),
            bucket: matcher.bucket.clone(),
            prefix: matcher.prefix.clone(),
        }
    }

    pub(crate) fn matches(&self, url: &str, location: &ObjectLocation) -> bool {
        let key = location.key().as_str();
        let starts = |prefix: &String| {
            key == prefix || key.starts_with(&format!("{}/", prefix.strip_suffix('/').unwrap_or(prefix)))
        };
        self.globs.as_ref().is_none_or(|globs| globs.iter().any(|glob| glob.is_match(url)))
            && self.regexes.as_ref().is_none_or(|regexes| regexes.iter().any(|regex| regex.is_match(url)))
            && self.sets.as_ref().is_none_or(|sets| sets.iter().any(|set| set.iter().all(|regex| regex.is_match(url))))
            && self.bucket.as_ref().is_none_or(|bucket| bucket == location.bucket())
            && self.prefix.as_ref().is_none_or(starts)
    }

    fn matches_any(&self, location: &ObjectLocation) -> bool {
        spellings(location).iter().any(|url| self.matches(url, location))
    }
}

pub(crate) fn naive(rules: &[RuleConfig]) -> Vec<Naive> {
    rules.iter().map(|rule| Naive::new(&rule.matcher)).collect()
}

fn found(set: &RuleSet, location: &ObjectLocation) -> Option<usize> {
    set.find(&spellings(location), location).map(|found| found.rule().index())
}

fn assert_first_is_naive(rules: &[RuleConfig], objects: &[ObjectLocation]) -> Result<(), TestCaseError> {
    let (set, naive) = (set(rules), naive(rules));
    for location in objects {
        let first = naive.iter().position(|rule| rule.matches_any(location));
        prop_assert_eq!(found(&set, location), first, "{} {:?}", location, rules);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    #[test]
    fn hundreds_of_rules_that_start_alike_are_no_different(rules in vec(run(), 150..300), objects in vec(runs(), 100..200)) {
        assert_first_is_naive(&numbered(&rules), &objects)?;
    }
}

/// A rule for one run of many, in each of the ways to say so: some start alike, some do not.
fn run() -> impl Strategy<Value = Value> {
    (0..400_u32, 0..8_u8).prop_map(|(run, way)| match way {
        0 => json!({"glob": format!("**/run{run}/**")}),
        1 => json!({"glob": format!("**/run{run}/**"), "bucket": "a"}),
        2 => json!({"regex": format!(".*/run{run}/.*")}),
        3 => json!({"glob": format!("s3://*/**/run{run}/**")}),
        4 => json!({"glob": format!("s3://a/run{run}/**")}),
        5 => json!({"glob": format!("s3://a/run{run}/**"), "prefix": "y"}),
        6 => json!({"bucket": "b", "prefix": format!("run{run}")}),
        _ => json!({"match_sets": [{"rules": [{"regex": format!("/run{run}/")}, {"regex": "^s3://a/"}]}]}),
    })
}

/// An object in three runs.
fn runs() -> impl Strategy<Value = ObjectLocation> {
    (select(vec!["a", "b"]), [0..400_u32, 0..400_u32, 0..400_u32])
        .prop_map(|(bucket, [one, two, three])| location(&format!("s3://{bucket}/run{one}/x/run{two}/run{three}/y")))
}

fn names() -> impl Strategy<Value = Vec<String>> {
    vec(select(vec!["x", "y", "z", "*"]).prop_map(str::to_owned), 0..3)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn the_first_match_is_that_of_a_naive_loop(rules in rules(), objects in vec(object(), 10..60)) {
        assert_first_is_naive(&rules, &objects)?;
    }

    #[test]
    fn explain_agrees_with_find(rules in rules(), location in object()) {
        let set = set(&rules);
        let explained = set.explain(&spellings(&location), &location);
        let deciding = explained.iter().position(|explanation| explanation.verdict == Verdict::Matches);
        prop_assert_eq!(deciding, found(&set, &location));
        for (explanation, rule) in explained.iter().zip(naive(&rules)) {
            let matches = !matches!(explanation.verdict, Verdict::Differs(_));
            prop_assert_eq!(matches, rule.matches_any(&location));
        }
    }

    #[test]
    fn a_rule_that_is_said_never_to_be_reached_never_is(rules in rules(), objects in vec(object(), 10..60)) {
        let (set, warnings) = build(&rules).unwrap();
        let unreached: Vec<&str> = warnings
            .iter()
            .filter(|warning| warning.message.starts_with("is never reached"))
            .map(|warning| warning.field.as_str())
            .collect();
        for location in &objects {
            if let Some(index) = found(&set, location) {
                let field = format!("rules[{index}].match");
                prop_assert!(!unreached.contains(&field.as_str()), "{} {:?}", location, rules);
            }
        }
    }

    #[test]
    fn a_pattern_that_is_said_to_match_nothing_matches_nothing(
        pattern in prop_oneof![glob().prop_map(|it| ("glob", it)), regex().prop_map(|it| ("regex", it))],
        objects in vec(object(), 10..60),
    ) {
        let (kind, text) = pattern;
        prop_assume!(!text.is_empty());
        let rules = [rule(json!({"match": {kind: text}}))];
        let (_, warnings) = build(&rules).unwrap();
        if warnings.iter().any(|warning| warning.message.starts_with("matches no storage URL")) {
            let naive = naive(&rules);
            for location in &objects {
                prop_assert!(!naive[0].matches_any(location), "{} {:?}", location, rules);
            }
        }
    }

    #[test]
    fn a_prefix_never_crosses_into_a_neighbour(prefix in "[a-c/%.é-]{1,12}", more in "[a-c/%.é-]{0,6}") {
        prop_assume!(ObjectKey::parse(prefix.as_str()).is_ok());
        let key = format!("{prefix}{more}");
        prop_assume!(ObjectKey::parse(key.as_str()).is_ok());
        let set = set(&[rule(json!({"match": {"prefix": prefix}}))]);
        let inside = more.is_empty() || more.starts_with('/') || prefix.ends_with('/');
        let url = format!("s3://b/{key}");
        prop_assert_eq!(set.find(&[&url], &location(&url)).is_some(), inside);
    }

    #[test]
    fn deny_never_yields_a_grant_and_nobody_gets_one_uninvited(
        (allow_users, allow_roles) in (names(), names()),
        (deny_users, deny_companies, deny_roles) in (names(), names(), names()),
        has_allow in any::<bool>(),
        caller in (select(vec!["x", "y", "z"]), select(vec!["x", "y", "z"]), select(vec!["x", "y", "z"])),
        operation in select(Operation::ALL.to_vec()),
        methods in vec(select(Operation::ALL.to_vec()), 1..4),
    ) {
        let allow = has_allow.then(|| json!({"users": allow_users, "roles": allow_roles}));
        let deny = json!({"users": deny_users, "companies": deny_companies, "roles": deny_roles});
        let set = set(&[rule(json!({"match": {"glob": "**"}, "methods": methods, "allow": allow, "deny": deny}))]);
        let (user, company, role) = caller;
        let principal = Principal::new(user, company, role);
        let location = location("s3://b/k");
        let granted = set.find(&["s3://b/k"], &location).unwrap().authorize(&principal, operation).is_ok();
        let names = |list: &[String], name: &str| list.iter().any(|entry| entry == name || entry == "*");
        let denied = names(&deny_users, user) || names(&deny_companies, company) || names(&deny_roles, role);
        let allowed = !has_allow || names(&allow_users, user) || names(&allow_roles, role);
        prop_assert_eq!(granted, !denied && allowed && methods.contains(&operation));
    }

    #[test]
    fn a_rewritten_key_keeps_what_follows_the_prefix(
        prefix in "[a-c]{1,3}(/[a-c]{1,3}){0,2}", instead in "[x-z]{1,3}(/[x-z]{1,3}){0,2}/?", rest in "[a-c?#%é /]{1,8}",
    ) {
        let fields = json!({"match": {"prefix": prefix}, "rewrite": {"prefix": instead}});
        let set = set(&[rule(fields)]);
        let url = format!("s3://b/{prefix}/{rest}");
        let location = location(&url);
        let principal = crate::support::ada();
        let grant = set.find(&[&url], &location).unwrap().authorize(&principal, Operation::Get).unwrap();
        let expected = format!("{}/{rest}", instead.strip_suffix('/').unwrap_or(&instead));
        prop_assert_eq!(grant.location().key().as_str(), expected);
    }
}
