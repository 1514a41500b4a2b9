//! `server`.

use presign_core::Scheme;

use super::url;
use crate::config::{LimitsConfig, Network, ServerConfig, finding::Findings, path::Path};

/// What hyper needs at least for a request's head.
const LEAST_HEADER_BYTES: usize = 8192;

/// What S3 and Google accept as a part.
const LEAST_PART_BYTES: u64 = 5 * 1024 * 1024;

pub(super) fn check(server: &ServerConfig, findings: &mut Findings) {
    let path = Path::root().key("server");
    if server.listen == server.admin_listen && server.listen.port() != 0 {
        findings.error(path.key("admin_listen"), "the same as 'listen': give it a port of its own");
    }
    if let Some(problem) = base_path_problem(&server.base_path) {
        findings.error(path.key("base_path"), problem);
    }
    for (name, address) in [("public_url", &server.public_url), ("login_url", &server.login_url)] {
        // A login page may well be addressed by a query or a fragment.
        let end = if name == "login_url" { ['?', '#'].as_slice() } else { &[] };
        let address = address.as_deref().map(|text| text.split(end).next().unwrap_or_default());
        if let Some(problem) = address.and_then(url::problem) {
            findings.error(path.key(name), problem);
        }
    }
    check_public_path(server, &path, findings);
    for (index, origin) in server.cors_origins.iter().enumerate() {
        let message = "not an origin as browsers send it: write scheme://host, with a port only where it is not the \
                       usual one, in lower case, without a path, a '/' at the end or '*'";
        findings.require(url::is_origin(origin), path.key("cors_origins").index(index), message);
    }
    for (index, network) in server.trusted_proxies.iter().enumerate() {
        let message = "not a network: write an address, or address/bits as in 10.0.0.0/8";
        findings.require(Network::parse(network).is_some(), path.key("trusted_proxies").index(index), message);
    }
    check_limits(&server.limits, &path.key("limits"), findings);
}

/// Why a text is no base path; `None` when it is one.
fn base_path_problem(base: &str) -> Option<&'static str> {
    if base.is_empty() {
        return None;
    }
    let Some(inner) = base.strip_prefix('/') else { return Some("not a base path: start it with '/'") };
    if inner.is_empty() || inner.ends_with('/') {
        return Some("not a base path: end it without '/'; remove the field when there is none");
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    if !inner.bytes().all(plain) {
        return Some("not a base path: letters, digits, '-', '.', '_', '~' and '/' may stand in it");
    }
    if inner.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        return Some("not a base path: '//', '.' and '..' mean another path to a client");
    }
    let first = inner.split('/').next().unwrap_or_default();
    let taken = first.eq_ignore_ascii_case("v1") || Scheme::parse(first).is_some();
    taken.then_some("a path that the gateway itself gives a meaning (s3, gs, azure, local, v1): take another one")
}

fn check_public_path(server: &ServerConfig, path: &Path, findings: &mut Findings) {
    let public = server.public_url.as_deref().and_then(url::path);
    if public.is_some_and(|public| public != server.base_path) {
        let message = "its path is not 'base_path': right only behind a proxy that changes paths";
        findings.warning(path.key("public_url"), message);
    }
}

fn check_limits(limits: &LimitsConfig, path: &Path, findings: &mut Findings) {
    let counts = [
        ("max_connections", limits.max_connections == 0),
        ("max_headers", limits.max_headers == 0),
        ("max_body_bytes", limits.max_body_bytes == 0),
        ("upload_bytes", limits.upload_bytes == 0),
        ("uploads", limits.uploads == 0),
        ("max_batch", limits.max_batch == 0),
        ("stream_idle_timeout", limits.stream_idle_timeout.0.is_zero()),
        ("max_requests", limits.max_requests == 0),
        ("header_read_timeout", limits.header_read_timeout.0.is_zero()),
        ("request_timeout", limits.request_timeout.0.is_zero()),
    ];
    for (name, is_zero) in counts {
        findings.require(!is_zero, path.key(name), "0 would refuse every request: give a larger one");
    }
    let message = format!("too small: give at least {LEAST_PART_BYTES}, which is what S3 takes as a part");
    findings.require(limits.upload_part_bytes >= LEAST_PART_BYTES, path.key("upload_part_bytes"), message);
    let message = format!("too small: give at least {LEAST_HEADER_BYTES}");
    findings.require(limits.max_header_bytes >= LEAST_HEADER_BYTES, path.key("max_header_bytes"), message);
}
