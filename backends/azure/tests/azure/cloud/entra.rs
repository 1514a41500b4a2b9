//! Those who hand out tokens.

use std::path::PathBuf;

use aws_lc_rs::{
    digest::{SHA256, digest},
    signature::{RSA_PSS_2048_8192_SHA256, UnparsedPublicKey},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use presign_core::Clock;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::{Value, json};

use super::{
    CLIENT, Own, State, TENANT,
    requests::{Asked, Fields, expect, fields},
};

/// Who is expected to ask, and how they prove it.
#[derive(Debug, Clone)]
pub(crate) enum Expected {
    Secret(&'static str),
    /// What the file holds at the time.
    Federated(PathBuf),
    /// The certificate's thumbprint, and the public key.
    Certificate(String, Vec<u8>),
    /// IMDS, with a query beside the usual one.
    Machine(&'static str),
    /// App Service, likewise.
    AppService(&'static str),
    Nobody,
}

/// A certificate and its key in PEM, and how Entra ID knows them.
pub(crate) fn certificate() -> (String, Expected) {
    let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_2048).unwrap();
    let certificate = CertificateParams::new(vec!["gateway".to_owned()]).unwrap().self_signed(&key).unwrap();
    let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, certificate.der()));
    let pem = format!("{}{}", certificate.pem(), key.serialize_pem());
    (pem, Expected::Certificate(thumbprint, key.public_key_raw().to_vec()))
}

pub(super) fn token(state: &State, own: &mut Own, asked: &Asked) -> Result<String, String> {
    match &state.expected {
        Expected::Machine(id) => machine(asked, id)?,
        Expected::AppService(id) => app_service(asked, id)?,
        Expected::Nobody => return Err(format!("nobody was to ask for {}", asked.path)),
        _ => application(state, own, asked)?,
    }
    let end = state.clock.now().unix() + 3599;
    let life = own.token_life.clone().unwrap_or_else(|| "3599".to_owned());
    let token = own.token();
    Ok(match &state.expected {
        Expected::AppService(_) => {
            json!({"access_token": token, "expires_on": end.to_string(), "token_type": "Bearer"})
        }
        Expected::Machine(_) => {
            json!({"access_token": token, "expires_in": life, "expires_on": end.to_string(), "token_type": "Bearer"})
        }
        _ => json!({"access_token": token, "expires_in": life.parse::<i64>().unwrap(), "token_type": "Bearer"}),
    }
    .to_string())
}

/// <https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow>
fn application(state: &State, own: &Own, asked: &Asked) -> Result<(), String> {
    expect("the method", asked.method.as_str(), "POST")?;
    let path = format!("/{TENANT}/oauth2/v2.0/token");
    expect("the path", &asked.path, &path)?;
    expect("the type", asked.header("content-type"), "application/x-www-form-urlencoded")?;
    let mut form = fields(&asked.body);
    let mut take = |name: &str| form.remove(name).unwrap_or_default();
    expect("client_id", take("client_id").as_str(), CLIENT)?;
    expect("grant_type", take("grant_type").as_str(), "client_credentials")?;
    expect("scope", take("scope").as_str(), "https://storage.azure.com/.default")?;
    if let Expected::Secret(secret) = &state.expected {
        expect("client_secret", take("client_secret").as_str(), secret)?;
    } else {
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        expect("client_assertion_type", take("client_assertion_type").as_str(), kind)?;
        let assertion = take("client_assertion");
        match &state.expected {
            Expected::Federated(file) => {
                expect("client_assertion", &assertion, &std::fs::read_to_string(file).unwrap())?;
            }
            Expected::Certificate(thumbprint, key) => {
                let audience = format!("{}{path}", own.address);
                verify(&assertion, thumbprint, key, &audience, state.clock.now().unix())?;
            }
            other => return Err(format!("an application asked, and not {other:?}")),
        }
    }
    expect("the rest of the form", &form, &Fields::new())
}

/// <https://learn.microsoft.com/entra/identity-platform/certificate-credentials>
fn verify(assertion: &str, thumbprint: &str, key: &[u8], audience: &str, now: i64) -> Result<(), String> {
    let (signed, signature) = assertion.rsplit_once('.').ok_or("the assertion is no JWT")?;
    let (header, claims) = signed.split_once('.').ok_or("the assertion is no JWT")?;
    let decode = |text: &str| URL_SAFE_NO_PAD.decode(text).map_err(|error| error.to_string());
    let json = |text: &str| serde_json::from_slice::<Value>(&decode(text)?).map_err(|error| error.to_string());
    let key = UnparsedPublicKey::new(&RSA_PSS_2048_8192_SHA256, key);
    key.verify(signed.as_bytes(), &decode(signature)?).map_err(|_| "the assertion's signature is wrong")?;
    expect("the header", &json(header)?, &json!({"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint}))?;
    let mut claims = json(claims)?;
    let id = claims["jti"].take();
    expect("jti is a GUID", &id.as_str().unwrap_or_default().len(), &36)?;
    let claimed = json!({"aud": audience, "iss": CLIENT, "sub": CLIENT, "jti": null, "nbf": now, "exp": now + 600});
    expect("the claims", &claims, &claimed)
}

/// <https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token>
fn machine(asked: &Asked, id: &str) -> Result<(), String> {
    expect("the method", asked.method.as_str(), "GET")?;
    expect("the path", asked.path.as_str(), "/metadata/identity/oauth2/token")?;
    expect("the header", asked.header("metadata"), "true")?;
    let query = format!("api-version=2018-02-01&resource=https://storage.azure.com{id}");
    expect("the query", &asked.query, &fields(&query))
}

/// <https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference>
fn app_service(asked: &Asked, id: &str) -> Result<(), String> {
    expect("the method", asked.method.as_str(), "GET")?;
    expect("the path", asked.path.as_str(), "/msi/token")?;
    expect("the header", asked.header("x-identity-header"), "app-service-header")?;
    let query = format!("api-version=2019-08-01&resource=https://storage.azure.com{id}");
    expect("the query", &asked.query, &fields(&query))
}
