//! A certificate that is replaced while the gateway serves.

use std::{net::SocketAddr, sync::Arc};

use rcgen::CertifiedKey;
use rustls::{ClientConfig, RootCertStore, crypto::aws_lc_rs};
use rustls_pki_types::CertificateDer;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::program::{Program, eventually};

const CONFIG: &str = "
server: {tls: {cert: FOLDER/cert.pem, key: FOLDER/key.pem}}
auth:
  provider: static
  static: {tokens: [{token: {file: FOLDER/token}, user: alice}]}
backends:
  aws: {type: s3, region: eu-west-1, credentials: {source: static, access_key: AKIATEST, secret_key: {file: FOLDER/secret}}}
rules:
  - {name: all, match: {glob: 's3://**'}, backend: aws}
";

/// A certificate and its key.
type Pair = CertifiedKey<rcgen::KeyPair>;

fn pair() -> Pair {
    rcgen::generate_simple_self_signed(["gateway.example".to_owned()]).unwrap()
}

fn start(pair: &Pair) -> Program {
    let (cert, key) = (pair.cert.pem(), pair.signing_key.serialize_pem());
    let files = [
        ("gateway.yaml", CONFIG),
        ("cert.pem", &cert),
        ("key.pem", &key),
        ("token", "a-token"),
        ("secret", "a-secret"),
    ];
    Program::start(&files)
}

fn replace(program: &Program, pair: &Pair) {
    program.replace("key.pem", &pair.signing_key.serialize_pem());
    program.replace("cert.pem", &pair.cert.pem());
}

/// A connection of a client that trusts both certificates.
async fn connect(program: &Program, trusted: [&Pair; 2]) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    for pair in trusted {
        roots.add(pair.cert.der().clone()).unwrap();
    }
    let config = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let address: SocketAddr = program.public().strip_prefix("https://").unwrap().parse().unwrap();
    let stream = TcpStream::connect(address).await.unwrap();
    TlsConnector::from(Arc::new(config)).connect("gateway.example".try_into().unwrap(), stream).await.unwrap()
}

fn shown(connection: &TlsStream<TcpStream>) -> CertificateDer<'static> {
    connection.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
}

/// The status line of an answer to a request on this connection, which stays open.
async fn ask(connection: &mut TlsStream<TcpStream>) -> String {
    let request = "GET /?url=s3://bucket/k HTTP/1.1\r\nHost: gateway.example\r\nAuthorization: Bearer a-token\r\n\r\n";
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A redirect has no body.
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(connection.read_u8().await.unwrap());
    }
    String::from_utf8(answer).unwrap().lines().next().unwrap().to_owned()
}

/// Waits until new connections are shown this certificate.
async fn serves(program: &Program, trusted: [&Pair; 2], expected: &Pair) {
    let ask = async || (shown(&connect(program, trusted).await) == *expected.cert.der()).then_some(());
    eventually("new connections are shown the other certificate", ask).await;
}

#[tokio::test]
async fn a_certificate_that_is_replaced_is_for_new_connections_and_old_ones_live_on() {
    let (old, new) = (pair(), pair());
    let program = start(&old);
    let mut before = connect(&program, [&old, &new]).await;
    assert_eq!(shown(&before), *old.cert.der());
    assert_eq!(ask(&mut before).await, "HTTP/1.1 302 Found");

    replace(&program, &new);
    serves(&program, [&old, &new], &new).await;
    let mut after = connect(&program, [&old, &new]).await;
    assert_eq!(ask(&mut after).await, "HTTP/1.1 302 Found");
    assert_eq!(ask(&mut before).await, "HTTP/1.1 302 Found");
    assert_eq!(program.version().await["last_reload"]["outcome"], "applied");
}

#[tokio::test]
async fn a_certificate_that_cannot_be_used_is_refused_and_the_old_one_stays() {
    let (old, new) = (pair(), pair());
    let program = start(&old);
    program.replace("cert.pem", "no certificate");
    let said = program.refusal().await;
    assert!(said.contains("cert.pem") && said.contains("certificate"), "{said}");
    assert_eq!(shown(&connect(&program, [&old, &new]).await), *old.cert.der());

    // A certificate without its key is no better.
    program.replace("cert.pem", &new.cert.pem());
    let unfit = async || Some(program.version().await).filter(|version| version.to_string().contains("used together"));
    eventually("a pair that does not fit is refused", unfit).await;
    let mut connection = connect(&program, [&old, &new]).await;
    assert_eq!(shown(&connection), *old.cert.der());
    assert_eq!(ask(&mut connection).await, "HTTP/1.1 302 Found");

    program.replace("key.pem", &new.signing_key.serialize_pem());
    serves(&program, [&old, &new], &new).await;
}
