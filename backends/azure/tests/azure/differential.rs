//! Against Microsoft's own library: `fixtures/sas.json` is what `fixtures/generate.py` wrote.

use crate::common::{at, location, split, with_account_key};
use presign_core::{ExpiresIn, Operation, ResponseOverrides, SignRequest, Signer};
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixtures {
    account_key: String,
    signed_at: String,
    life: u64,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    account: String,
    endpoint: String,
    container: String,
    key: String,
    operation: Operation,
    sv: String,
    overrides: Overrides,
    string_to_sign: String,
    url: String,
}

#[derive(Deserialize)]
struct Overrides {
    content_disposition: Option<String>,
    content_type: Option<String>,
    cache_control: Option<String>,
}

fn fixtures() -> Fixtures {
    serde_json::from_str(include_str!("../fixtures/sas.json")).unwrap()
}

#[tokio::test]
async fn every_link_says_what_the_official_library_says() {
    let fixtures = fixtures();
    assert_eq!(fixtures.account_key, crate::common::ACCOUNT_KEY);
    assert!(fixtures.cases.len() >= 4 * 60);
    for case in fixtures.cases {
        let config = serde_json::json!({"account": case.account, "endpoint": case.endpoint, "sv": case.sv});
        let signer = with_account_key(config).await;
        let overrides = ResponseOverrides {
            content_disposition: case.overrides.content_disposition,
            content_type: case.overrides.content_type,
            cache_control: case.overrides.cache_control,
        };
        let location = location(&case.account, &case.container, &case.key);
        let life = ExpiresIn::from_seconds(fixtures.life).unwrap();
        let request =
            SignRequest::new(case.operation, &location, at(&fixtures.signed_at), life).with_overrides(&overrides);
        let link = signer.sign_now(&request).unwrap().unwrap();
        assert_eq!(signer.string_to_sign(&request), Some(case.string_to_sign), "{}", case.name);
        assert_eq!(split(link.expose()), split(&case.url), "{}", case.name);
    }
}
