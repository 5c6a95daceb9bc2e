//! Reading, writing and editing documents, without sealing anything.

#![expect(clippy::expect_used, reason = "what cannot be set up ends the run there and then")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use kubeyaml::At;
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

    group.bench_function("edit 10,000 documents in three places each", |bencher| {
        bencher.iter(|| edit_all(black_box(&many)));
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

fn edit_all(text: &[u8]) -> usize {
    let input = kubeyaml::split(text).expect("it is YAML");
    let mut editor = input.editor();
    for document in input.documents() {
        let Some(node) = document.parse().expect("it is YAML") else { continue };
        let secret = node.as_mapping().expect("it is a mapping");
        let kind = secret.get("kind").expect("it has a kind");
        editor.replace(kind, "Other").expect("it is a string");
        editor.insert(&node, At::Last, "new", &"entry".into()).expect("it is a mapping");
        editor.remove(&node, "apiVersion").expect("it is an entry");
    }
    editor.finish().expect("it is the same otherwise").len()
}

criterion_group!(benches, parse);
criterion_main!(benches);
