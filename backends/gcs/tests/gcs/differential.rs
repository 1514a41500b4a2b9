//! Against Google's own library, and its documentation: what `fixtures/generate.py` wrote.

use presign_core::{ExpiresIn, Operation, ResponseOverrides, SignRequest, Signer};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::common::{ACCESS_KEY, SECRET_KEY, at, build, hmac, location, service_account};

#[derive(Deserialize)]
struct Fixtures {
    signed_at: String,
    life: u64,
    access_key: Option<String>,
    secret_key: Option<String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    style: Value,
    bucket: String,
    key: String,
    method: Operation,
    overrides: Overrides,
    url: String,
}

#[derive(Deserialize)]
struct Overrides {
    content_disposition: Option<String>,
    content_type: Option<String>,
}

impl Fixtures {
    /// Signs every case, and compares the whole URL: order, encoding, signature.
    async fn check(self, credentials: Value) {
        assert!(self.cases.len() >= 3 * 60);
        for case in self.cases {
            let mut config = case.style;
            config["credentials"] = credentials.clone();
            config["buckets"] = json!([case.bucket]);
            let signer = build(config).await.unwrap();
            let overrides = ResponseOverrides {
                content_disposition: case.overrides.content_disposition,
                content_type: case.overrides.content_type,
                cache_control: None,
            };
            let location = location(&case.bucket, &case.key);
            let life = ExpiresIn::from_seconds(self.life).unwrap();
            let request =
                SignRequest::new(case.method, &location, at(&self.signed_at), life).with_overrides(&overrides);
            assert_eq!(signer.sign(&request).await.unwrap().expose(), case.url, "{}", case.name);
        }
    }
}

#[tokio::test]
async fn every_link_by_a_service_account_is_the_official_library_s_link() {
    let fixtures: Fixtures = serde_json::from_str(include_str!("../fixtures/rsa.json")).unwrap();
    fixtures.check(service_account()).await;
}

#[tokio::test]
async fn every_link_by_an_hmac_key_is_as_documented() {
    let fixtures: Fixtures = serde_json::from_str(include_str!("../fixtures/hmac.json")).unwrap();
    let keys = (fixtures.access_key.as_deref(), fixtures.secret_key.as_deref());
    assert_eq!(keys, (Some(ACCESS_KEY), Some(SECRET_KEY)));
    fixtures.check(hmac()).await;
}
