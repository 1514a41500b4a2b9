//! `auth`, as far as it concerns other sections, or what is written and not used. What an authenticator needs,
//! [`crate::auth::check`] knows.

use crate::config::{AuthConfig, AuthProvider, ClearmlConfig, ServerConfig, Validation, finding::Findings, path::Path};

pub(super) fn check(auth: &AuthConfig, server: &ServerConfig, findings: &mut Findings) {
    let path = Path::root().key("auth");
    if auth.provider == AuthProvider::None && !server.listen.ip().is_loopback() {
        let message = "'none' lets everybody in, and 'server.listen' is reached from other machines: listen on \
                       127.0.0.1, or take another provider";
        findings.error(path.key("provider"), message);
    }
    if auth.provider != AuthProvider::Clearml && auth.clearml.is_some() {
        findings.warning(path.key("clearml"), "not used: 'provider' is not 'clearml'");
    }
    if auth.provider != AuthProvider::Static && auth.static_tokens.is_some() {
        findings.warning(path.key("static"), "not used: 'provider' is not 'static'");
    }
    let is_local = |clearml: &ClearmlConfig| clearml.validation == Validation::TokenSecret;
    if auth.clearml.as_ref().is_some_and(|clearml| clearml.token_secret.is_some() && !is_local(clearml)) {
        findings.warning(path.below("clearml.token_secret"), "not used: 'validation' is not 'token_secret'");
    }
}
