//! What a match costs, and building a rule set, by the number of rules.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark may stop at its first surprise")]

use std::{collections::BTreeMap, hint::black_box, time::Duration};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use presign_core::{ExpiresIn, ObjectKey, ObjectLocation, Operation, Scheme};
use presign_gateway::{
    config::{MatchConfig, OneOrMany, RuleConfig, SigningConfig},
    rules::{BackendFacts, RuleSet},
};

const SIZES: [usize; 4] = [10, 100, 1_000, 10_000];

fn glob(index: usize) -> MatchConfig {
    let extension = ["png", "jpeg", "parquet", "json"][index % 4];
    MatchConfig {
        glob: Some(OneOrMany::One(format!("s3://bucket-{index}/**/*.{extension}"))),
        ..MatchConfig::default()
    }
}

/// Globs, regular expressions, buckets with prefixes, and globs with buckets, in turn.
fn mixed(index: usize) -> MatchConfig {
    let bucket = format!("bucket-{index}");
    match index % 4 {
        0 => glob(index),
        1 => {
            MatchConfig { regex: Some(OneOrMany::One(format!("s3://{bucket}/[^/]+/metrics/.*"))), ..Default::default() }
        }
        2 => MatchConfig { bucket: Some(bucket), prefix: Some("team/data".to_owned()), ..Default::default() },
        _ => MatchConfig { bucket: Some(bucket), ..glob(index) },
    }
}

/// Globs that may start at any segment: the shape that keeps the most possibilities open.
fn anywhere(index: usize) -> MatchConfig {
    let text = format!("s3://bucket-*/**/run.{index:04}/**/*.png");
    MatchConfig { glob: Some(OneOrMany::One(text)), ..MatchConfig::default() }
}

fn rules(size: usize, matcher: fn(usize) -> MatchConfig) -> Vec<RuleConfig> {
    let template: RuleConfig = serde_json::from_str(r#"{"name": "rule", "match": {}, "backend": "aws"}"#).unwrap();
    let rule = |index| RuleConfig { name: format!("rule-{index}"), matcher: matcher(index), ..template.clone() };
    (0..size).map(rule).collect()
}

fn build(rules: &[RuleConfig]) -> RuleSet {
    let facts = BackendFacts {
        operations: &Operation::ALL,
        longest_life: ExpiresIn::MAX,
        schemes: vec![Scheme::S3],
        refused: vec![],
    };
    let backends = BTreeMap::from([("aws".to_owned(), facts)]);
    RuleSet::build(rules, &backends, &SigningConfig::default()).unwrap().0
}

fn object(bucket: &str, key: &str) -> (Vec<String>, ObjectLocation) {
    let location = ObjectLocation::new(Scheme::S3, None, bucket, ObjectKey::parse(key).unwrap()).unwrap();
    (vec![location.to_string()], location)
}

/// Objects all over the rules.
fn spread(size: usize) -> Vec<(Vec<String>, ObjectLocation)> {
    let key = "team/data/My Project/run%3A1.0123456789abcdef0123456789abcdef/metrics/loss";
    let object = |index: usize| {
        let extension = ["png", "jpeg", "parquet", "json"][index % 4];
        let (rule, key) = (index * 7919 % size, format!("{key}/run.{index:04}/{index}"));
        object(&format!("bucket-{rule}"), &format!("{key}.{extension}"))
    };
    (0..1024).map(object).collect()
}

fn matching(criterion: &mut Criterion) {
    for (shape, matcher) in [("globs", glob as fn(usize) -> MatchConfig), ("mixed", mixed), ("anywhere", anywhere)] {
        let mut group = criterion.benchmark_group(format!("match/{shape}"));
        group.measurement_time(Duration::from_secs(2)).warm_up_time(Duration::from_secs(1)).sample_size(30);
        for size in SIZES {
            let set = build(&rules(size, matcher));
            let key = "team/data/run.0123456789abcdef/metrics/loss/loss_00000003.json";
            let last = object(&format!("bucket-{}", size - 1), key);
            let none = object("elsewhere", key);
            for (case, (spellings, location)) in [("last", &last), ("none", &none)] {
                let id = BenchmarkId::new(case, size);
                group.bench_function(id, |bencher| bencher.iter(|| set.find(black_box(spellings), location).is_some()));
            }
            let objects = spread(size);
            let mut turn = objects.iter().cycle();
            group.bench_function(BenchmarkId::new("spread", size), |bencher| {
                bencher.iter(|| {
                    turn.next().map(|(spellings, location)| set.find(black_box(spellings), location).is_some())
                });
            });
        }
    }
}

fn building(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("build/mixed");
    group.measurement_time(Duration::from_secs(2)).warm_up_time(Duration::from_secs(1)).sample_size(10);
    for size in SIZES {
        let rules = rules(size, mixed);
        group.bench_function(BenchmarkId::from_parameter(size), |bencher| bencher.iter(|| build(black_box(&rules))));
    }
}

criterion_group!(benches, matching, building);
criterion_main!(benches);
