//! Google's 29 vectors for V4 signatures.
//!
//! All of them are checked as signatures (what signs, and the canonical form); those that a configuration can express are
//! checked once more through the backend.

use std::{collections::BTreeMap, fs};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use presign_core::{ExpiresIn, Operation, SignRequest, Signer};
use presign_v4::{PresignRequest, Scope};
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    common::{at, location, with_service_account},
    google,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Suite {
    #[serde(rename = "signingV4Tests")]
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Vector {
    description: String,
    bucket: String,
    object: Option<String>,
    method: String,
    expiration: u64,
    timestamp: String,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    query_parameters: BTreeMap<String, String>,
    scheme: Option<String>,
    url_style: Option<String>,
    bucket_bound_hostname: Option<String>,
    hostname: Option<String>,
    client_endpoint: Option<String>,
    emulator_hostname: Option<String>,
    universe_domain: Option<String>,
    expected_url: String,
    expected_canonical_request: String,
    expected_string_to_sign: String,
}

/// Three vectors sign `host:localhost` for `http://localhost:8080`. Here the port is signed, as a client sends it in the
/// `Host` header and as Google's Python library has it; Google itself is never reached by a port of its own.
const PORT: &str = ":8080";

impl Vector {
    /// Where the vector's URL points to, by the precedence that the suite describes.
    fn endpoint(&self) -> String {
        let named = self.hostname.as_ref().or(self.client_endpoint.as_ref()).or(self.emulator_hostname.as_ref());
        let universe = self.universe_domain.as_deref().unwrap_or("googleapis.com");
        let host = named.cloned().unwrap_or_else(|| format!("storage.{universe}"));
        if host.contains("://") { host } else { format!("{}://{host}", self.scheme.as_deref().unwrap_or("https")) }
    }

    fn life(&self) -> ExpiresIn {
        ExpiresIn::from_seconds(self.expiration).unwrap()
    }

    /// Host and path, as the suite's URL styles have them.
    fn host_and_path(&self) -> (String, String) {
        let host = self.endpoint().split_once("://").unwrap().1.replace(PORT, "");
        let object = self.object.as_ref().map(|object| format!("/{object}")).unwrap_or_default();
        match self.url_style.as_deref() {
            Some("VIRTUAL_HOSTED_STYLE") => (format!("{}.{host}", self.bucket), object),
            Some("BUCKET_BOUND_HOSTNAME") => (self.bucket_bound_hostname.clone().unwrap(), object),
            _ => (host, format!("/{}{object}", self.bucket)),
        }
    }

    /// The configuration that makes the vector's URL; `Err` says why none does.
    fn config(&self) -> Result<Value, &'static str> {
        if Operation::from_method(&self.method).is_none() {
            return Err("POST starts a resumable upload, and is no operation of a gateway");
        }
        if self.object.is_none() {
            return Err("a list of objects is no object");
        }
        if !self.headers.is_empty() {
            return Err("headers that a client has to send cannot follow a redirect");
        }
        if !self.query_parameters.is_empty() {
            return Err("parameters of the caller's own never reach a signature");
        }
        if self.endpoint().ends_with(PORT) {
            return Err("the vector leaves the port out of the signed host");
        }
        let scheme = self.scheme.as_deref().unwrap_or("https");
        Ok(match (self.url_style.as_deref(), self.bucket_bound_hostname.as_deref()) {
            (Some("VIRTUAL_HOSTED_STYLE"), _) => {
                json!({"url_style": "virtual_hosted", "universe_domain": self.universe_domain})
            }
            (Some("BUCKET_BOUND_HOSTNAME"), Some(host)) => {
                json!({"url_style": "bucket_bound", "bound_host": format!("{scheme}://{host}"), "buckets": [self.bucket]})
            }
            _ if self.universe_domain.is_some() => json!({"universe_domain": self.universe_domain}),
            _ => json!({"endpoint": self.endpoint()}),
        })
    }
}

fn suite() -> Vec<Vector> {
    let text = fs::read_to_string(google::file("v4_signatures.json")).unwrap();
    let suite: Suite = serde_json::from_str(&text).unwrap();
    assert_eq!(suite.vectors.len(), 29);
    suite.vectors
}

/// The key and the email that signed the vectors.
fn signatory() -> (RsaKeyPair, String) {
    let file: Value = serde_json::from_str(&fs::read_to_string(google::key_file()).unwrap()).unwrap();
    let text = |name: &str| file[name].as_str().unwrap().to_owned();
    let der = PrivatePkcs8KeyDer::from_pem_slice(text("private_key").as_bytes()).unwrap();
    (RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap(), text("client_email"))
}

fn borrowed(map: &BTreeMap<String, String>) -> Vec<(&str, &str)> {
    map.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

#[test]
fn all_vectors_hold_for_the_signature() {
    let (key, email) = signatory();
    let scope = Scope::goog4_rsa(email, "auto", "storage");
    for vector in suite() {
        let (host, path) = vector.host_and_path();
        let (headers, query) = (borrowed(&vector.headers), borrowed(&vector.query_parameters));
        let endpoint = vector.endpoint();
        let request = PresignRequest {
            scheme: vector.scheme.as_deref().unwrap_or_else(|| endpoint.split_once("://").unwrap().0),
            host: &[&host],
            path: &[&path],
            headers: &headers,
            query: &query,
            payload_hash: vector.headers.get("X-Goog-Content-SHA256").map(String::as_str),
            ..PresignRequest::new(&vector.method, at(&vector.timestamp), vector.life())
        };
        let explanation = scope.explain(&request);
        assert_eq!(explanation.canonical_request, vector.expected_canonical_request, "{}", vector.description);
        assert_eq!(explanation.string_to_sign, vector.expected_string_to_sign, "{}", vector.description);
        let unsigned = scope.unsigned(&request);
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), unsigned.string_to_sign().as_bytes(), &mut signature)
            .unwrap();
        assert_eq!(
            unsigned.with_signature(&signature),
            vector.expected_url.replace(PORT, ""),
            "{}",
            vector.description
        );
    }
}

#[tokio::test]
async fn every_vector_that_a_configuration_can_express_holds_for_the_backend() {
    let mut beyond = Vec::new();
    let mut held = 0;
    for vector in suite() {
        match vector.config() {
            Err(_) => beyond.push(vector.description),
            Ok(config) => {
                let signer = with_service_account(config).await;
                let location = location(&vector.bucket, vector.object.as_ref().unwrap());
                let operation = Operation::from_method(&vector.method).unwrap();
                let request = SignRequest::new(operation, &location, at(&vector.timestamp), vector.life());
                let link = signer.sign(&request).await.unwrap();
                // One vector spells the default port out in the URL; the signature leaves it out.
                assert_eq!(link.expose(), vector.expected_url.replace(".com:443/", ".com/"), "{}", vector.description);
                held += 1;
            }
        }
    }
    assert_eq!((held, beyond.len()), (14, 15), "{beyond:#?}");
}
