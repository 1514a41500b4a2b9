//! Ours against botocore and minio, whose links `fixtures/generate.py` has written down.

use std::collections::BTreeSet;

use presign_core::{Operation, ResponseOverrides, SignRequest, Signer, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::common::{at, build_in, seconds};

#[derive(Deserialize)]
struct Fixtures {
    about: About,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct About {
    signed_at: String,
    access_key: String,
    secret_key: String,
}

#[derive(Deserialize)]
struct Case {
    sdk: String,
    config: Value,
    bucket: String,
    key: String,
    method: String,
    expires: u64,
    token: Option<String>,
    #[serde(default)]
    overrides: Overrides,
    url: String,
}

#[derive(Deserialize, Default)]
struct Overrides {
    content_disposition: Option<String>,
    content_type: Option<String>,
    cache_control: Option<String>,
}

impl Case {
    async fn ours(&self, about: &About) -> String {
        let mut credentials =
            json!({"source": "static", "access_key": about.access_key, "secret_key": {"env": "SECRET"}});
        if self.token.is_some() {
            credentials["session_token"] = json!({"env": "TOKEN"});
        }
        let mut config = self.config.clone();
        config["credentials"] = credentials;
        let environment = [("SECRET", about.secret_key.as_str()), ("TOKEN", self.token.as_deref().unwrap_or_default())];
        let signer = build_in(config, environment).await.unwrap();
        let overrides = ResponseOverrides {
            content_disposition: self.overrides.content_disposition.clone(),
            content_type: self.overrides.content_type.clone(),
            cache_control: self.overrides.cache_control.clone(),
        };
        let location = at(None, &self.bucket, &self.key);
        let operation = Operation::from_method(&self.method).unwrap();
        let signed_at = Timestamp::parse_rfc3339(&about.signed_at).unwrap();
        let request =
            SignRequest::new(operation, &location, signed_at, seconds(self.expires)).with_overrides(&overrides);
        signer.sign_now(&request).unwrap().unwrap().into_exposed()
    }
}

/// A URL as what stands before the query, and the set of its parameters.
fn parts(url: &str) -> (&str, BTreeSet<&str>) {
    let (target, query) = url.split_once('?').unwrap();
    (target, query.split('&').collect())
}

#[tokio::test]
async fn every_link_is_the_one_that_the_sdk_makes() {
    let fixtures: Fixtures = serde_json::from_str(include_str!("../fixtures/sdk.json")).unwrap();
    for case in &fixtures.cases {
        let ours = case.ours(&fixtures.about).await;
        assert_eq!(parts(&ours), parts(&case.url), "{} {} {} {:?}", case.sdk, case.config, case.bucket, case.key);
    }
    for sdk in ["botocore", "minio"] {
        let keys: BTreeSet<_> = fixtures.cases.iter().filter(|case| case.sdk == sdk).map(|case| &case.key).collect();
        assert!(keys.len() >= 60, "{sdk} has only {} keys", keys.len());
    }
}
