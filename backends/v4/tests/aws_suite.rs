//! The query vectors of AWS's own signing test suite, as the crate `aws-sigv4` ships them.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot be set up may as well panic")]

use std::{fs, path::PathBuf, process::Command};

use presign_core::{ExpiresIn, Timestamp, encode};
use presign_v4::{HmacSigner, PresignRequest};
use serde_json::Value;

/// Vectors that do not apply to a pre-signed S3 URL, each with the reason.
const SKIPPED: [(&str, &str); 8] = [
    ("double-encode-path", "has no query form; S3 encodes a path once"),
    ("double-url-encode", "has no query form; S3 encodes a path once"),
    ("get-relative-normalized", "resolves `..`: S3 takes a path as it is"),
    ("get-relative-relative-normalized", "resolves `..`: S3 takes a path as it is"),
    ("get-slash-dot-slash-normalized", "resolves `.`: S3 takes a path as it is"),
    ("get-slash-normalized", "merges slashes: S3 takes a path as it is"),
    ("get-slash-pointless-dot-normalized", "resolves `.`: S3 takes a path as it is"),
    ("get-slashes-normalized", "merges slashes: S3 takes a path as it is"),
];

/// How many vectors the suite has, so that a suite that was not found does not pass.
const SUITE: usize = 40;

fn suite() -> PathBuf {
    let metadata = Command::new(env!("CARGO"))
        .args(["metadata", "--offline", "--locked", "--format-version", "1", "--filter-platform", &host()])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(metadata.status.success(), "{}", String::from_utf8_lossy(&metadata.stderr));
    let metadata: Value = serde_json::from_slice(&metadata.stdout).unwrap();
    let package =
        metadata["packages"].as_array().unwrap().iter().find(|package| package["name"] == "aws-sigv4").unwrap();
    PathBuf::from(package["manifest_path"].as_str().unwrap()).parent().unwrap().join("aws-signing-test-suite/v4")
}

/// The platform that is compiled for: the packages of others need not be there.
fn host() -> String {
    let version = Command::new(env!("CARGO")).arg("-vV").output().unwrap();
    let text = String::from_utf8(version.stdout).unwrap();
    text.lines().find_map(|line| line.strip_prefix("host: ")).unwrap().to_owned()
}

struct Vector {
    name: String,
    directory: PathBuf,
    context: Value,
}

impl Vector {
    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.directory.join(file)).unwrap().trim_end().to_owned()
    }

    fn context(&self, path: &str) -> &str {
        self.context.pointer(path).and_then(Value::as_str).unwrap()
    }

    fn signer(&self) -> HmacSigner {
        let signer = HmacSigner::aws4(
            self.context("/credentials/access_key_id"),
            self.context("/credentials/secret_access_key").into(),
            self.context("/region"),
            self.context("/service"),
        );
        match self.context.pointer("/credentials/token").and_then(Value::as_str) {
            Some(token) if self.context["omit_session_token"] != true => signer.with_session_token(&token.into()),
            _ => signer,
        }
    }

    fn check(&self) {
        let text = fs::read_to_string(self.directory.join("request.txt")).unwrap();
        let head = text.split("\n\n").next().unwrap().trim_end();
        let (first, headers) = head.split_once('\n').unwrap();
        let (method, target) = first.strip_suffix(" HTTP/1.1").unwrap().split_once(' ').unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = encode::decode(path).unwrap();
        let query: Vec<(String, String)> = query.split('&').filter(|pair| !pair.is_empty()).map(pair).collect();
        let headers = unfold(headers);
        let signed_at = Timestamp::parse_rfc3339(self.context("/timestamp")).unwrap();
        let expires_in = ExpiresIn::from_seconds(self.context["expiration_in_seconds"].as_u64().unwrap()).unwrap();
        let canonical = redact(&self.read("query-canonical-request.txt"));
        let payload_hash = canonical.lines().last();
        let request = PresignRequest {
            host: &["example.amazonaws.com"],
            path: &[&path],
            query: &query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>(),
            headers: &headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect::<Vec<_>>(),
            payload_hash,
            ..PresignRequest::new(method, signed_at, expires_in)
        };
        let explanation = self.signer().explain(&request);
        assert_eq!(explanation.canonical_request, canonical, "{}", self.name);
        assert_eq!(explanation.string_to_sign, self.read("query-string-to-sign.txt"), "{}", self.name);
        let url = self.signer().sign(&request);
        assert_eq!(url.rsplit('=').next().unwrap(), self.read("query-signature.txt"), "{}", self.name);
    }
}

fn pair(text: &str) -> (String, String) {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    (encode::decode(name).unwrap(), encode::decode(value).unwrap())
}

/// Header lines as names and values, without `host`; a line that starts with a space continues the one before it.
fn unfold(lines: &str) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines.lines().filter(|line| !line.is_empty()) {
        if line.starts_with(' ') {
            headers.last_mut().unwrap().1 += line;
        } else {
            let (name, value) = line.split_once(':').unwrap();
            headers.push((name.to_owned(), value.to_owned()));
        }
    }
    headers.retain(|(name, _)| !name.eq_ignore_ascii_case("host"));
    headers
}

fn redact(canonical: &str) -> String {
    let Some((before, rest)) = canonical.split_once("X-Amz-Security-Token=") else { return canonical.to_owned() };
    let (_, after) = rest.split_once('&').unwrap();
    format!("{before}X-Amz-Security-Token=<redacted>&{after}")
}

#[test]
fn every_query_vector_that_applies_gives_aws_s_own_signature() {
    let mut checked = 0;
    for entry in fs::read_dir(suite()).unwrap() {
        let directory = entry.unwrap().path();
        let name = directory.file_name().unwrap().to_string_lossy().into_owned();
        if SKIPPED.iter().any(|(skipped, _)| *skipped == name) {
            continue;
        }
        let context = fs::read_to_string(directory.join("context.json")).unwrap();
        Vector { name, directory, context: serde_json::from_str(&context).unwrap() }.check();
        checked += 1;
    }
    assert_eq!(checked, SUITE - SKIPPED.len());
}
