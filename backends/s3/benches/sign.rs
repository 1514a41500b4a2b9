//! One S3 link: ours, and AWS's own signer beside it.
//!
//! AWS's signer is given the encoded URL, and makes the signed one of it, as its users have to.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up may as well panic")]

use std::{
    fs,
    hint::black_box,
    path::Path,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use aws_credential_types::Credentials;
use aws_sigv4::{
    http_request::{
        PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningSettings,
        UriPathNormalizationMode, sign,
    },
    sign::v4::SigningParams,
};
use criterion::{Criterion, criterion_group, criterion_main};
use presign_core::{
    Backend, BuildContext, ExpiresIn, FixedClock, FixedEnvironment, ObjectKey, ObjectLocation, Operation,
    ResponseOverrides, Scheme, SignRequest, Signer, Timestamp, encode,
};
use presign_s3::{S3, S3Signer};
use serde_json::json;

const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET_KEY: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const KEY: &str = "project/run.0123456789abcdef/loss.png";
const SIGNED_AT: i64 = 1_767_323_045;
const LIFE: u64 = 900;

struct Case {
    name: &'static str,
    token: Option<String>,
    /// Whether the credential comes through the cache of those that have to be fetched.
    fetched: bool,
    overrides: ResponseOverrides,
}

fn cases() -> [Case; 4] {
    let disposition = Some("attachment; filename=loss.png".to_owned());
    [
        Case { name: "plain", token: None, fetched: false, overrides: ResponseOverrides::default() },
        Case {
            name: "disposition",
            token: None,
            fetched: false,
            overrides: ResponseOverrides { content_disposition: disposition, ..ResponseOverrides::default() },
        },
        Case {
            name: "session token of 700 bytes",
            token: Some("IQoJb3JpZ2luX2VjEJr/".repeat(35)),
            fetched: false,
            overrides: ResponseOverrides::default(),
        },
        Case {
            name: "the same, fetched",
            token: Some("IQoJb3JpZ2luX2VjEJr/".repeat(35)),
            fetched: true,
            overrides: ResponseOverrides::default(),
        },
    ]
}

fn signer(case: &Case, folder: &Path) -> S3Signer {
    let file = folder.join("token");
    let reference = if case.fetched { json!({"file": file}) } else { json!({"env": "TOKEN"}) };
    let token = case.token.as_ref().map(|_| reference);
    let credentials = json!({
        "source": "static", "access_key": ACCESS_KEY, "secret_key": {"env": "SECRET"}, "session_token": token,
    });
    let config = json!({"region": "eu-west-1", "addressing_style": "path", "credentials": credentials});
    let text = case.token.as_deref().unwrap_or_default();
    fs::write(file, text).unwrap();
    let environment = Arc::new(FixedEnvironment::new([("SECRET", SECRET_KEY), ("TOKEN", text)]));
    let clock = Arc::new(FixedClock(Timestamp::from_unix(SIGNED_AT)));
    let context = BuildContext::new("bench", environment, clock);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    runtime.block_on(async {
        let signer = S3::build(serde_json::from_value(config).unwrap(), context).await.unwrap();
        signer.renew(Timestamp::from_unix(SIGNED_AT)).await.unwrap();
        signer
    })
}

fn ours(signer: &S3Signer, location: &ObjectLocation, case: &Case, signed_at: Timestamp) -> String {
    let life = ExpiresIn::from_seconds(LIFE).unwrap();
    let request = SignRequest::new(Operation::Get, location, signed_at, life).with_overrides(&case.overrides);
    signer.sign_now(&request).unwrap().unwrap().into_exposed()
}

fn theirs(case: &Case, signed_at: i64) -> String {
    let identity = Credentials::new(ACCESS_KEY, SECRET_KEY, case.token.clone(), None, "bench").into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(LIFE));
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let params = SigningParams::builder()
        .identity(&identity)
        .region("eu-west-1")
        .name("s3")
        .time(UNIX_EPOCH + Duration::from_secs(signed_at.unsigned_abs()))
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let mut url = format!("https://s3.eu-west-1.amazonaws.com/bucket/{}", encode::path(KEY));
    if let Some(disposition) = &case.overrides.content_disposition {
        url.push_str("?response-content-disposition=");
        encode::query_into(&mut url, disposition);
    }
    let request = SignableRequest::new("GET", url.as_str(), std::iter::empty(), SignableBody::UnsignedPayload).unwrap();
    let (instructions, _) = sign(request, &params).unwrap().into_parts();
    let mut signed = http::Request::builder().uri(&url).body(()).unwrap();
    instructions.apply_to_request_http1x(&mut signed);
    signed.uri().to_string()
}

fn signature(url: &str) -> &str {
    let (_, rest) = url.split_once("X-Amz-Signature=").unwrap();
    rest.split('&').next().unwrap()
}

fn bench(criterion: &mut Criterion) {
    let key = ObjectKey::parse(KEY).unwrap();
    let location = ObjectLocation::new(Scheme::S3, None, "bucket", key).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for case in cases() {
        let signer = signer(&case, folder.path());
        let at = Timestamp::from_unix(SIGNED_AT);
        assert_eq!(signature(&ours(&signer, &location, &case, at)), signature(&theirs(&case, SIGNED_AT)));
        let mut group = criterion.benchmark_group(case.name);
        group.bench_function("presign-s3", |bencher| {
            bencher.iter(|| ours(&signer, black_box(&location), &case, black_box(at)));
        });
        group.bench_function("aws-sigv4", |bencher| bencher.iter(|| theirs(&case, black_box(SIGNED_AT))));
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
