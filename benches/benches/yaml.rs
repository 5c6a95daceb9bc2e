//! Reading and writing documents, without sealing anything.

#![expect(clippy::expect_used, reason = "what cannot be set up ends the run there and then")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sealkit_benches::documents;

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("yaml");
    let many = documents::secrets(10_000);
    group.throughput(Throughput::Bytes(many.len() as u64));
    group.sample_size(20);
    group.bench_function("split 10,000 documents", |bencher| {
        bencher.iter(|| kubeyaml::split(black_box(&many)).expect("it is YAML").documents().len());
    });
    group.bench_function("parse 10,000 documents", |bencher| {
        bencher.iter(|| parse_all(black_box(&many)));
    });

    let sealed = sealkit_testkit::read_fixture("kubeseal/sealed/strict.yaml");
    group.throughput(Throughput::Bytes(sealed.len() as u64));
    group.sample_size(100);
    group.bench_function("parse one SealedSecret", |bencher| {
        bencher.iter(|| parse_all(black_box(&sealed)));
    });
    group.finish();
}

fn parse_all(text: &[u8]) -> usize {
    let input = kubeyaml::split(text).expect("it is YAML");
    let nodes = input.documents().filter_map(|document| document.parse().expect("it is YAML"));
    nodes.count()
}

criterion_group!(benches, parse);
criterion_main!(benches);
