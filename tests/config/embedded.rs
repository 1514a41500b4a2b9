//! What runs without a configuration.

use std::sync::Arc;

use presign_core::{Environment, FixedEnvironment, ObjectKey};
use presign_gateway::{
    Registry, config,
    embedded::{self, SAMPLES},
};
use secrecy::ExposeSecret;

fn load(variables: &[(&str, &str)]) -> (embedded::Embedded, Arc<dyn Environment>, config::Config) {
    let embedded = embedded::prepare().unwrap();
    let environment = embedded.environment(Arc::new(FixedEnvironment::new(variables.iter().copied())));
    let loaded = config::load(embedded.config_text(), "embedded.yaml", &*environment, &Registry::builtin()).unwrap();
    (embedded, environment, loaded.config)
}

#[test]
fn it_is_reached_from_this_machine_only_and_by_the_demo_token() {
    let (_embedded, environment, config) = load(&[]);
    assert!(config.server.listen.ip().is_loopback() && config.server.admin_listen.ip().is_loopback());
    let token = &config.auth.static_tokens.unwrap().tokens[0].token;
    assert_eq!(token.resolve(&*environment).unwrap().expose_secret(), embedded::DEMO_TOKEN);
}

#[test]
fn the_token_and_the_address_can_be_chosen() {
    let variables = [("PRESIGN_DEMO_TOKEN", "another"), ("PRESIGN__SERVER__LISTEN", "127.0.0.1:0")];
    let (_embedded, environment, config) = load(&variables);
    assert_eq!(config.server.listen.port(), 0);
    let token = &config.auth.static_tokens.unwrap().tokens[0].token;
    assert_eq!(token.resolve(&*environment).unwrap().expose_secret(), "another");
}

#[test]
fn the_samples_lie_under_their_literal_keys_and_are_removed_at_the_end() {
    let (embedded, _, config) = load(&[]);
    let folder = embedded.folder().to_owned();
    assert_eq!(config.backends["samples"].options["root"], folder.to_str().unwrap());
    for sample in SAMPLES {
        let key = ObjectKey::parse(sample.key).unwrap();
        assert!(folder.join(key.as_str()).metadata().unwrap().len() > 0, "{key}");
    }
    drop(embedded);
    assert!(!folder.exists());
}

#[cfg(unix)]
#[test]
fn nobody_else_can_read_the_samples() {
    use std::os::unix::fs::PermissionsExt;

    let embedded = embedded::prepare().unwrap();
    let mode = embedded.folder().metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0);
}

#[test]
fn the_samples_have_the_names_that_break_careless_gateways() {
    let any = |part: &str| SAMPLES.iter().any(|sample| sample.key.contains(part));
    for part in [" ", "%3A", "#", "+", "&", "日本語", ".png", ".html", ".txt", "metrics/"] {
        assert!(any(part), "{part}");
    }
    assert!(SAMPLES.iter().all(|sample| sample.key.starts_with("demo/") && !sample.about.is_empty()));
}
