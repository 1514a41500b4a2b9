//! What no type can say.

use crate::{SMALL, load_with, refused, with_more};

/// The configuration with this `server` section, and what is said of it.
fn server(section: &str) -> String {
    problems(&with_more(&format!("server: {section}\n")))
}

fn auth(section: &str) -> String {
    problems(&SMALL.replace("auth: {provider: none}", &format!("auth: {section}")))
}

/// All that is said of a text, warnings too; nothing when there is nothing to say.
fn problems(text: &str) -> String {
    load_with(text, &[]).map_or_else(|problems| problems.to_string(), |loaded| loaded.warnings.to_string())
}

#[test]
fn a_base_path_is_one_that_clients_keep() {
    for path in ["/presign", "/a/b", "/v1a", "/.well"] {
        assert_eq!(server(&format!("{{base_path: {path}}}")), "", "{path}");
    }
    for path in ["presign", "/", "/presign/", "/a//b", "/a/../b", "/./a", "/a%20b", "/a?b", "/s3", "/GS/x", "/v1/a"] {
        let said = server(&format!("{{base_path: '{path}'}}"));
        assert!(said.starts_with("config.yaml:4: server.base_path: "), "{path}: {said}");
        assert_eq!(said.lines().count(), 1, "{path}: {said}");
    }
}

#[test]
fn an_origin_for_cors_is_exact() {
    assert_eq!(server("{cors_origins: ['https://app.clearml.example', 'http://localhost:8080']}"), "");
    for origin in ["*", "https://*.example", "https://app.example/", "app.example", "null", "https://App.example"] {
        let said = server(&format!("{{cors_origins: ['https://a.example', '{origin}']}}"));
        assert!(said.starts_with("config.yaml:4: server.cors_origins[1]: not an origin"), "{origin}: {said}");
    }
}

#[test]
fn addresses_are_of_http_servers() {
    assert_eq!(server("{public_url: 'https://app.example', login_url: 'https://app.example/login?next=a#b'}"), "");
    assert_eq!(server("{public_url: 'https://app.example/presign/', base_path: /presign}"), "");
    for address in ["app.example", "ftp://app.example", "https://", "https://u:p@app.example", "https://a b"] {
        for field in ["public_url", "login_url"] {
            let said = server(&format!("{{{field}: '{address}'}}"));
            assert!(said.starts_with(&format!("config.yaml:4: server.{field}: ")), "{address}: {said}");
        }
    }
}

#[test]
fn a_public_address_that_leaves_the_base_path_out_is_warned_of() {
    let said = server("{public_url: 'https://app.example', base_path: /presign}");
    assert!(said.starts_with("config.yaml:4: warning: server.public_url: its path is not 'base_path'"), "{said}");
}

#[test]
fn limits_leave_room_for_a_request() {
    let limits = "{max_connections: 0, max_headers: 0, max_body_bytes: 0, max_batch: 0, header_read_timeout: 0, \
                  request_timeout: 0s, max_header_bytes: 8191}";
    let said = server(&format!("{{limits: {limits}}}"));
    assert_eq!(said.lines().count(), 7, "{said}");
    assert!(said.contains("server.limits.max_header_bytes: too small: give at least 8192"), "{said}");
    assert_eq!(server("{limits: {max_header_bytes: 8192, drain_timeout: 0}}"), "");
}

#[test]
fn tls_needs_certificate_and_key() {
    assert_eq!(server("{tls: {cert: a.pem, key: b.pem}}"), "");
    assert_eq!(server("{tls: {cert: a.pem}}"), "config.yaml:4: server.tls: the field 'key' is missing");
}

#[test]
fn the_listeners_are_two() {
    let same = "{listen: '127.0.0.1:80', admin_listen: '127.0.0.1:80'}";
    assert!(server(same).contains("server.admin_listen: the same as 'listen'"));
    assert_eq!(server("{listen: '127.0.0.1:0', admin_listen: '127.0.0.1:0'}"), "");
}

#[test]
fn proxies_are_networks() {
    assert_eq!(server("{trusted_proxies: [10.0.0.0/8, 192.0.2.1, 'fd00::/8']}"), "");
    let said = server("{trusted_proxies: [10.0.0.0/8, proxy.example, 10.0.0.0/33]}");
    assert!(said.contains("server.trusted_proxies[1]: not a network"), "{said}");
    assert!(said.contains("server.trusted_proxies[2]: not a network"), "{said}");
}

#[test]
fn nobody_is_let_in_without_authentication_from_another_machine() {
    for address in ["0.0.0.0:8080", "192.0.2.1:80", "[::]:8080"] {
        let said = server(&format!("{{listen: '{address}'}}"));
        assert!(said.starts_with("config.yaml:1: auth.provider: 'none' lets everybody in"), "{address}: {said}");
    }
    for address in ["127.0.0.1:8080", "127.1.2.3:80", "[::1]:8080"] {
        assert_eq!(server(&format!("{{listen: '{address}'}}")), "", "{address}");
    }
}

#[test]
fn what_is_written_and_not_used_is_warned_of() {
    let both = "{provider: static, static: {tokens: [{token: {env: T}, user: u}]}, clearml: {api_server: http://a}}";
    assert_eq!(auth(both), "config.yaml:1: warning: auth.clearml: not used: 'provider' is not 'clearml'");
    let clearml = |fields: &str| auth(&format!("{{provider: clearml, clearml: {{api_server: 'http://a', {fields}}}}}"));
    assert_eq!(clearml("validation: token_secret, token_secret: {env: S}"), "");
    assert_eq!(
        clearml("token_secret: {env: S}"),
        "config.yaml:1: warning: auth.clearml.token_secret: not used: 'validation' is not 'token_secret'"
    );
}

#[test]
fn durations_fit_together() {
    let signing = |fields: &str| problems(&with_more(&format!("signing: {{{fields}}}\n")));
    assert_eq!(signing("default_ttl: 7d, min_ttl: 1m, redirect_cache_margin: 0"), "");
    assert!(signing("default_ttl: 8d").contains("signing.default_ttl: longer than any store accepts"));
    assert!(signing("default_ttl: 0").contains("signing.default_ttl: too short"));
    assert!(signing("default_ttl: 1m").contains("signing.min_ttl: longer than 'default_ttl' (1m)"));
    assert!(signing("redirect_cache_margin: 1h").contains("signing.redirect_cache_margin: not shorter than"));
    assert!(signing("default_ttl: 90m 500ms").contains("signing.default_ttl: links live for whole seconds"));
}

#[test]
fn a_backend_has_a_name_that_fits_a_label_and_a_known_kind() {
    let backend = |name: &str, kind: &str| {
        let backends = format!("backends: {{{name}: {{{kind}endpoint: x}}}}");
        problems(&SMALL.replace("backends: {oak: {type: shelf, endpoint: http://oak}}", &backends))
    };
    assert_eq!(backend("on-prem 2", "type: shelf, "), "");
    for name in ["größe", "''", "' '", &"x".repeat(65)] {
        let said = backend(name, "type: shelf, ");
        assert!(said.contains(": not a name for a backend"), "{name}: {said}");
    }
    assert_eq!(backend("oak", ""), "config.yaml:2: backends.oak.type: missing; there are 'shelf'");
    assert_eq!(
        backend("oak", "type: shlef, "),
        "config.yaml:2: backends.oak.type: not a known kind of backend; there are 'shelf'"
    );
    assert_eq!(backend("oak", "type: 3, "), "config.yaml:2: backends.oak.type: 'type' is not a text");
}

#[test]
fn an_unknown_section_is_refused() {
    assert_eq!(
        refused(&with_more("ruels: []\n")),
        "config.yaml:4: ruels: there is no field 'ruels' here; did you mean 'rules'?"
    );
}

#[test]
fn what_urls_start_with_is_no_glob() {
    let ui = |section: &str| problems(&with_more(&format!("ui: {section}\n")));
    assert_eq!(ui("{match: ['s3://', 'gs://b/folder/'], exclude: ['s3://public']}"), "");
    for start in ["s3", "", "s3://b/*", "://b"] {
        let said = ui(&format!("{{exclude: ['s3://x', '{start}']}}"));
        assert!(said.starts_with("config.yaml:4: ui.exclude[1]: not how a URL starts"), "{start}: {said}");
    }
    assert!(
        ui("{match: []}").starts_with("config.yaml:4: warning: ui.match: is an empty list"),
        "{}",
        ui("{match: []}")
    );
}

#[test]
fn traces_go_to_an_address_and_are_a_share() {
    let said = |section: &str| problems(&with_more(&format!("traces: {section}\n")));
    assert_eq!(said("{otlp_endpoint: 'http://collector:4318/v1/traces', sample_ratio: 0.25}"), "");
    assert!(said("{otlp_endpoint: collector}").contains("traces.otlp_endpoint: not an address"));
    let share = said("{otlp_endpoint: 'http://collector', sample_ratio: 25}");
    assert!(share.starts_with("config.yaml:4: traces.sample_ratio: not a share"), "{share}");
}
