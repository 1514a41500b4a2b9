//! Overrides: `PRESIGN__SERVER__LISTEN` is `server.listen`.

use presign_core::HumanDuration;

use crate::{SMALL, accepted_with, refused_with, with_more};

#[test]
fn a_variable_stands_in_place_of_a_value() {
    let config = accepted_with(
        &with_more("server: {listen: '127.0.0.1:1'}\n"),
        &[
            ("PRESIGN__SERVER__LISTEN", "127.0.0.2:8080"),
            ("PRESIGN__SERVER__LIMITS__MAX_HEADERS", "50"),
            ("PRESIGN__RULES__0__TTL", "15m"),
            ("PRESIGN__RULES__0__MATCH", "{glob: ['s3://a/**', 's3://b/**']}"),
            ("PRESIGN__BACKENDS__OAK__ENDPOINT", "http://elsewhere"),
            ("PRESIGN__BACKENDS__ELM__TYPE", "shelf"),
            ("PRESIGN__BACKENDS__ELM__ENDPOINT", "http://elm"),
            ("PRESIGN_CONFIG", "elsewhere.yaml"),
        ],
    );
    assert_eq!(config.server.listen.to_string(), "127.0.0.2:8080");
    assert_eq!(config.server.limits.max_headers, 50);
    assert_eq!(config.rules[0].ttl, Some(HumanDuration::from_secs(900)));
    assert_eq!(config.rules[0].matcher.glob.as_ref().unwrap().as_slice(), ["s3://a/**", "s3://b/**"]);
    assert_eq!(config.rules[0].matcher.bucket, None);
    assert_eq!(config.backends["oak"].options["endpoint"], "http://elsewhere");
    assert_eq!(config.backends["elm"].options["endpoint"], "http://elm");
}

#[test]
fn names_match_whatever_their_case_and_dashes() {
    let text = SMALL.replace("oak: {type", "On-Prem: {type").replace("backend: oak", "backend: On-Prem");
    let config = accepted_with(&text, &[("PRESIGN__backends__ON_PREM__endpoint", "x")]);
    assert_eq!(config.backends["On-Prem"].options["endpoint"], "x");
    assert_eq!(config.backends.len(), 1);
}

#[test]
fn a_configuration_can_come_from_variables_alone() {
    let config = accepted_with(
        "",
        &[
            ("PRESIGN__AUTH__PROVIDER", "none"),
            ("PRESIGN__BACKENDS__OAK", "{type: shelf, endpoint: x}"),
            ("PRESIGN__RULES", "[{name: all, match: {bucket: b}, backend: oak}]"),
            ("PRESIGN__RULES__1__NAME", "second"),
            ("PRESIGN__RULES__1__MATCH__BUCKET", "c"),
        ],
    );
    let names: Vec<&str> = config.rules.iter().map(|rule| rule.name.as_str()).collect();
    assert_eq!(names, ["all", "second"]);
}

#[test]
fn entries_are_added_in_the_order_of_their_numbers() {
    let variables: Vec<(String, String)> =
        (1..12).map(|index| (format!("PRESIGN__RULES__{index}"), format!("{{name: r{index}, match: {{}}}}"))).collect();
    let variables: Vec<(&str, &str)> = variables.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let config = accepted_with(SMALL, &variables);
    assert_eq!(config.rules.len(), 12);
    assert_eq!(config.rules[10].name, "r10");
}

#[test]
fn a_variable_without_a_value_or_with_half_a_name_changes_nothing_and_is_named() {
    for value in ["", " ", "~", "null", "# later"] {
        assert_eq!(
            refused_with(SMALL, &[("PRESIGN__SERVER__PUBLIC_URL", value)]),
            "PRESIGN__SERVER__PUBLIC_URL: the variable is empty: unset it, or write '' for an empty text",
            "{value:?}"
        );
    }
    for name in ["PRESIGN__", "PRESIGN__SERVER__", "PRESIGN__SERVER____LISTEN", "PRESIGN____SERVER"] {
        assert_eq!(
            refused_with(SMALL, &[(name, "x")]),
            format!("{name}: the name has too many underscores: two go one level down")
        );
    }
    assert_eq!(accepted_with(SMALL, &[("PRESIGN__SERVER__BASE_PATH", "''")]).server.base_path, "");
}

#[test]
fn a_variable_that_leads_nowhere_is_named() {
    let said = refused_with(
        &SMALL.replace("oak: {", "a-b: {type: shelf, endpoint: x}, a_b: {"),
        &[
            ("PRESIGN__SERVER__LISTEN", "127.0.0.1"),
            ("PRESIGN__SERVER__PORT", "80"),
            ("PRESIGN__RULES__3__NAME", "x"),
            ("PRESIGN__RULES__FIRST__NAME", "x"),
            ("PRESIGN__RULES__0__NAME__X", "x"),
            ("PRESIGN__SERVER____LISTEN", "x"),
            ("PRESIGN__SERVER__PUBLIC_URL", ""),
            ("PRESIGN__SERVER__LOGIN_URL", "*star"),
            ("PRESIGN__BACKENDS__A_B__ENDPOINT", "x"),
            ("PRESIGN__RULES__0__TTL", "soon"),
        ],
    );
    insta::assert_snapshot!(said);
}
