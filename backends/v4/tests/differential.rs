//! Ours against the signer of AWS's SDK, on random requests.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up may as well panic")]

use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4::SigningParams,
};
use presign_core::{ExpiresIn, Timestamp, encode};
use presign_v4::{HmacSigner, PresignRequest};
use proptest::prelude::*;

#[derive(Debug, Clone)]
struct Case {
    method: &'static str,
    access_key: String,
    secret: String,
    token: Option<String>,
    region: String,
    path: String,
    query: Vec<(String, String)>,
    header: Option<String>,
    seconds: i64,
    life: u32,
}

fn cases() -> impl Strategy<Value = Case> {
    let query = proptest::collection::vec(("[a-zA-Z\\-é%+ ]{1,12}", any::<String>()), 0..4);
    let what = (prop::sample::select(vec!["GET", "HEAD", "PUT", "DELETE"]), ".{0,80}", query);
    let who = ("[A-Z0-9]{4,20}", "[!-~]{1,90}", proptest::option::of("[!-~]{1,200}"), "[a-z0-9-]{1,16}");
    // Years 1 to 9,900.
    let when = (-62_100_000_000_i64..250_000_000_000, 1_u32..=604_800, proptest::option::of("[!-~]{0,10}"));
    (what, who, when).prop_map(
        |((method, path, query), (access_key, secret, token, region), (seconds, life, header))| Case {
            method,
            access_key,
            secret,
            token,
            region,
            path: format!("/{path}"),
            query,
            header,
            seconds,
            life,
        },
    )
}

fn ours(case: &Case) -> String {
    let mut signer =
        HmacSigner::aws4(case.access_key.as_str(), case.secret.as_str().into(), case.region.as_str(), "s3");
    if let Some(token) = &case.token {
        signer = signer.with_session_token(&token.as_str().into());
    }
    let query: Vec<_> = case.query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let headers: Vec<_> = case.header.iter().map(|value| ("x-amz-meta-a", value.as_str())).collect();
    let signed_at = Timestamp::from_unix(case.seconds);
    signer.sign(&PresignRequest {
        host: &["store.example:9000"],
        path: &[&case.path],
        query: &query,
        headers: &headers,
        ..PresignRequest::new(case.method, signed_at, ExpiresIn::from_seconds(case.life.into()).unwrap())
    })
}

fn theirs(case: &Case) -> String {
    let identity = Credentials::new(&case.access_key, &case.secret, case.token.clone(), None, "test").into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(case.life.into()));
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let distance = Duration::from_secs(case.seconds.unsigned_abs());
    let params = SigningParams::builder()
        .identity(&identity)
        .region(&case.region)
        .name("s3")
        .time(if case.seconds < 0 { UNIX_EPOCH - distance } else { UNIX_EPOCH + distance })
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let query: Vec<_> =
        case.query.iter().map(|(name, value)| format!("{}={}", encode::query(name), encode::query(value))).collect();
    let question = if query.is_empty() { "" } else { "?" };
    let url = format!("https://store.example:9000{}{question}{}", encode::path(&case.path), query.join("&"));
    let headers = case.header.iter().map(|value| ("x-amz-meta-a", value.as_str()));
    let request = SignableRequest::new(case.method, url, headers, SignableBody::UnsignedPayload).unwrap();
    sign(request, &params).unwrap().into_parts().1
}

fn parameter<'a>(url: &'a str, name: &str) -> Vec<&'a str> {
    let (_, query) = url.split_once('?').unwrap();
    query.split('&').filter_map(|pair| pair.split_once('=')).filter(|(n, _)| *n == name).map(|(_, v)| v).collect()
}

proptest! {
    #[test]
    fn the_signature_is_the_sdk_s(case in cases()) {
        let url = ours(&case);
        prop_assert_eq!(parameter(&url, "X-Amz-Signature"), [theirs(&case)]);
    }

    #[test]
    fn the_path_decodes_to_what_was_signed(case in cases()) {
        let url = ours(&case);
        let path = url.strip_prefix("https://store.example:9000").unwrap().split('?').next().unwrap();
        prop_assert_eq!(encode::decode(path), Some(case.path));
    }
}
