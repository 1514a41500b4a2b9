//! What a link costs: an RSA signature and nothing to speak of beside it, or with an HMAC key a microsecond.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a benchmark that cannot be set up may as well panic"
)]

use std::{fs, hint::black_box, sync::Arc};

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{RSA_PKCS1_SHA256, RsaKeyPair},
};
use criterion::{Criterion, criterion_group, criterion_main};
use futures::future::join_all;
use presign_core::{
    Backend, BuildContext, ExpiresIn, FixedClock, FixedEnvironment, ObjectKey, ObjectLocation, Operation, Scheme,
    SignRequest, Signer, Timestamp,
};
use presign_gcs::{Gcs, GcsSigner};
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject};
use serde_json::{Value, json};
use tokio::{
    runtime::{Builder, Runtime},
    task::{JoinHandle, spawn_blocking},
};

#[path = "../tests/gcs/google.rs"]
mod google;

fn signer(runtime: &Runtime, credentials: &Value) -> GcsSigner {
    let config = json!({"buckets": ["ml-artifacts", "team-*"], "credentials": credentials});
    let environment = Arc::new(FixedEnvironment::new([("SECRET", "not+a/secret+but+made+up+for+tests+0000000")]));
    let clock = Arc::new(FixedClock(Timestamp::from_unix(0)));
    let context = BuildContext::new("google", environment, clock);
    runtime.block_on(Gcs::build(serde_json::from_value(config).unwrap(), context)).unwrap()
}

fn bare_key() -> RsaKeyPair {
    let file: Value = serde_json::from_str(&fs::read_to_string(google::key_file()).unwrap()).unwrap();
    let pem = file["private_key"].as_str().unwrap();
    let der = PrivatePkcs8KeyDer::from_pem_slice(pem.as_bytes()).unwrap();
    RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).unwrap()
}

fn sign(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_time().max_blocking_threads(1).build().unwrap();
    let key = ObjectKey::parse("project/run.0123456789abcdef/metrics/loss.png").unwrap();
    let location = ObjectLocation::new(Scheme::Gs, None, "ml-artifacts", key).unwrap();
    let (now, life) = (Timestamp::from_unix(1_709_294_400), ExpiresIn::from_seconds(3600).unwrap());
    let request = SignRequest::new(Operation::Get, &location, now, life);

    let hmac = signer(&runtime, &json!({"source": "hmac", "access_key": "GOOG1E", "secret_key": {"env": "SECRET"}}));
    criterion.bench_function("hmac key", |bench| bench.iter(|| hmac.sign_now(black_box(&request))));

    let (bare, random) = (Arc::new(bare_key()), SystemRandom::new());
    let message = hmac.string_to_sign(&request).unwrap();
    let account = signer(&runtime, &json!({"source": "service_account", "key_file": google::key_file()}));

    // One link alone waits for two changes of thread, as a bare signature does beside the threads that serve.
    let mut group = criterion.benchmark_group("one");
    group.bench_function("bare RSA signature", |bench| bench.iter(|| rsa(&bare, &random, message.as_bytes())));
    group.bench_function("bare RSA signature on a blocking thread", |bench| {
        bench.iter(|| runtime.block_on(async { rsa_elsewhere(&bare, &message).await }));
    });
    group.bench_function("service account", |bench| bench.iter(|| runtime.block_on(account.sign(black_box(&request)))));
    group.finish();

    // Many at a time, signed by one thread: what a processor gets done. The second line is what the change of thread
    // costs by itself.
    let mut group = criterion.benchmark_group("64 at a time");
    group.bench_function("bare RSA signature", |bench| {
        bench.iter(|| (0..64).for_each(|_| drop(rsa(&bare, &random, message.as_bytes()))));
    });
    group.bench_function("bare RSA signature on a blocking thread", |bench| {
        bench.iter(|| runtime.block_on(async { join_all((0..64).map(|_| rsa_elsewhere(&bare, &message))).await }));
    });
    group.bench_function("service account", |bench| {
        bench.iter(|| runtime.block_on(join_all((0..64).map(|_| account.sign(black_box(&request))))));
    });
    group.finish();
}

fn rsa(key: &RsaKeyPair, random: &SystemRandom, message: &[u8]) -> Vec<u8> {
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, random, black_box(message), &mut signature).unwrap();
    signature
}

fn rsa_elsewhere(key: &Arc<RsaKeyPair>, message: &str) -> JoinHandle<Vec<u8>> {
    let (key, message) = (Arc::clone(key), message.to_owned());
    spawn_blocking(move || rsa(&key, &SystemRandom::new(), message.as_bytes()))
}

criterion_group!(benches, sign);
criterion_main!(benches);
