//! What a link costs. The target is one microsecond.

#![expect(clippy::unwrap_used, reason = "a benchmark that cannot be set up may as well panic")]

use std::{hint::black_box, sync::Arc};

use criterion::{Criterion, criterion_group, criterion_main};
use presign_azure::{Azure, AzureSigner};
use presign_core::{
    Backend, BuildContext, ExpiresIn, FixedClock, FixedEnvironment, ObjectKey, ObjectLocation, Operation,
    ResponseOverrides, Scheme, SignRequest, Signer, Timestamp,
};

fn signer() -> AzureSigner {
    let config = serde_json::json!({
        "account": "mlstore",
        "containers": ["ml-artifacts", "team-*"],
        "credentials": {"source": "account_key", "account_key": {"env": "KEY"}},
    });
    // 64 bytes in base64, as every account key.
    let environment = FixedEnvironment::new([("KEY", "a2V5".repeat(21) + "aw==")]);
    let environment = Arc::new(environment);
    let clock = Arc::new(FixedClock(Timestamp::from_unix(0)));
    let context = BuildContext::new("azure", environment, clock);
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(Azure::build(serde_json::from_value(config).unwrap(), context)).unwrap()
}

fn sign(criterion: &mut Criterion) {
    let signer = signer();
    let key = ObjectKey::parse("project/run.0123456789abcdef/metrics/loss.png").unwrap();
    let endpoint = Some("mlstore.blob.core.windows.net".to_owned());
    let location = ObjectLocation::new(Scheme::Azure, endpoint, "ml-artifacts", key).unwrap();
    let (now, life) = (Timestamp::from_unix(1_709_294_400), ExpiresIn::from_seconds(3600).unwrap());
    let request = SignRequest::new(Operation::Get, &location, now, life);
    criterion.bench_function("account key", |bench| bench.iter(|| signer.sign_now(black_box(&request))));

    let disposition = Some("attachment; filename=loss.png".to_owned());
    let overrides = ResponseOverrides { content_disposition: disposition, ..ResponseOverrides::default() };
    let request = request.with_overrides(&overrides);
    criterion.bench_function("account key, content disposition", |bench| {
        bench.iter(|| signer.sign_now(black_box(&request)));
    });
}

criterion_group!(benches, sign);
criterion_main!(benches);
