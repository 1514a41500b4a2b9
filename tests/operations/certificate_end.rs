//! The end of the certificate that clients are shown.

use rcgen::{CertificateParams, KeyPair, date_time_ymd};

use crate::program::Program;

const CONFIG: &str = "
auth: {provider: static, static: {tokens: [{token: {file: FOLDER/token}, user: alice}]}}
backends:
  first: {type: s3, region: eu-west-1, credentials: {source: static, access_key: {file: FOLDER/token}, secret_key: {file: FOLDER/token}}}
rules: [{name: first, match: {bucket: first}, backend: first}]
";
const TLS: &str = "server: {tls: {cert: FOLDER/cert, key: FOLDER/key}}";

/// A certificate that ends on New Year's Eve of a year, and its key.
fn certificate(year: i32) -> (String, String) {
    let key = KeyPair::generate().unwrap();
    let mut wanted = CertificateParams::new(["gateway.example".to_owned()]).unwrap();
    wanted.not_after = date_time_ymd(year, 12, 31);
    (wanted.self_signed(&key).unwrap().pem(), key.serialize_pem())
}

async fn ends(program: &Program) -> Vec<String> {
    let metrics = program.admin("/metrics").await;
    let lines = metrics.lines().filter(|line| line.starts_with("presign_tls_certificate_expires_timestamp_seconds"));
    lines.map(str::to_owned).collect()
}

#[tokio::test]
async fn metrics_tell_the_end_of_the_certificate_that_is_in_use() {
    let (cert, key) = certificate(2030);
    let (later, later_key) = certificate(2031);
    let program = Program::start(&[
        ("gateway.yaml", &format!("{TLS}{CONFIG}")),
        ("token", "token-1"),
        ("cert", &cert),
        ("key", &key),
        ("later", &later),
        ("later-key", &later_key),
    ]);
    assert_eq!(ends(&program).await, ["presign_tls_certificate_expires_timestamp_seconds 1924905600"]);
    let moved = TLS.replace("/cert", "/later").replace("/key", "/later-key");
    program.replace("gateway.yaml", &format!("{moved}{CONFIG}"));
    program.generation(2).await;
    assert_eq!(ends(&program).await, ["presign_tls_certificate_expires_timestamp_seconds 1956441600"]);
    program.replace("gateway.yaml", CONFIG);
    program.generation(3).await;
    assert!(ends(&program).await.is_empty());
}
