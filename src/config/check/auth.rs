//! `auth`.

use super::url;
use crate::config::{
    AuthConfig, AuthProvider, ClearmlConfig, ServerConfig, StaticConfig, Validation, finding::Findings, path::Path,
};

pub(super) fn check(auth: &AuthConfig, server: &ServerConfig, findings: &mut Findings) {
    let path = Path::root().key("auth");
    match (auth.provider, &auth.clearml, &auth.static_tokens) {
        (AuthProvider::Clearml, None, _) => {
            findings.error(path.clone(), "'provider: clearml' needs the section 'clearml' with 'api_server'");
        }
        (AuthProvider::Static, _, None) => {
            findings.error(path.clone(), "'provider: static' needs the section 'static' with 'tokens'");
        }
        (AuthProvider::None, ..) if !server.listen.ip().is_loopback() => {
            let message = "'none' lets everybody in, and 'server.listen' is reached from other machines: listen on \
                           127.0.0.1, or take another provider";
            findings.error(path.key("provider"), message);
        }
        _ => {}
    }
    // A section that is not in use may be a switch left half way: it is checked all the same.
    if let Some(clearml) = &auth.clearml {
        check_clearml(clearml, &path.key("clearml"), findings);
    }
    if let Some(tokens) = &auth.static_tokens {
        check_static(tokens, &path.key("static"), findings);
    }
    warn_of_unused(auth, &path, findings);
}

fn check_clearml(clearml: &ClearmlConfig, path: &Path, findings: &mut Findings) {
    if let Some(problem) = url::problem(&clearml.api_server) {
        findings.error(path.key("api_server"), problem);
    }
    match (&clearml.access_key, &clearml.secret_key) {
        (Some(_), None) => findings.error(path.key("access_key"), "without 'secret_key': give both, or none"),
        (None, Some(_)) => findings.error(path.key("secret_key"), "without 'access_key': give both, or none"),
        _ => {}
    }
    if clearml.validation == Validation::ValidateToken && clearml.access_key.is_none() {
        let message = "'validate_token' needs 'access_key' and 'secret_key' of a user with the role system or root";
        findings.error(path.key("validation"), message);
    }
    let needs_secret = clearml.validation == Validation::TokenSecret;
    if needs_secret && clearml.token_secret.is_none() {
        findings.error(path.key("validation"), "'token_secret' needs the field 'token_secret'");
    }
    if !needs_secret && clearml.token_secret.is_some() {
        findings.warning(path.key("token_secret"), "not used: 'validation' is not 'token_secret'");
    }
    findings.require(!clearml.timeout.0.is_zero(), path.key("timeout"), "0 would refuse everybody: give a longer one");
    check_cookie_names(&clearml.cookie_names, &path.key("cookie_names"), findings);
}

fn check_static(tokens: &StaticConfig, path: &Path, findings: &mut Findings) {
    findings.require(!tokens.tokens.is_empty(), path.key("tokens"), "empty, so nobody could get in: add a token");
    for (index, token) in tokens.tokens.iter().enumerate() {
        let user = path.key("tokens").index(index).key("user");
        findings.require(!token.user.is_empty(), user, "empty: give the id of the user whom the token stands for");
    }
    check_cookie_names(&tokens.cookie_names, &path.key("cookie_names"), findings);
}

fn check_cookie_names(names: &[String], path: &Path, findings: &mut Findings) {
    for (index, name) in names.iter().enumerate() {
        let stem = name.strip_suffix('*').unwrap_or(name);
        // RFC 6265 section 4.1.1: a cookie's name is a token.
        let is_token = |byte: u8| byte.is_ascii_graphic() && !b"()<>@,;:\\\"/[]?={}*".contains(&byte);
        let message = "not a cookie's name: a '*' may only stand at its end, after a name";
        findings.require(!stem.is_empty() && stem.bytes().all(is_token), path.index(index), message);
    }
}

fn warn_of_unused(auth: &AuthConfig, path: &Path, findings: &mut Findings) {
    if auth.provider != AuthProvider::Clearml && auth.clearml.is_some() {
        findings.warning(path.key("clearml"), "not used: 'provider' is not 'clearml'");
    }
    if auth.provider != AuthProvider::Static && auth.static_tokens.is_some() {
        findings.warning(path.key("static"), "not used: 'provider' is not 'static'");
    }
}
