//! A whole repository at once: 10,000 Secrets in one input.

#![expect(clippy::expect_used, reason = "what cannot be set up ends the run there and then")]

use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use gotemplate::{RenderContext, RenderLimits};
use kubeyaml::Format;
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use sealkit_benches::{BenchKey, documents};
use sealkit_manifest::{Documents, SealRules, Stream, UnsealRules, seal, unseal};
use zeroize::Zeroizing;

const COUNT: usize = 10_000;

fn many(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("10,000 Secrets of one value, RSA-2048");
    group.sample_size(10).measurement_time(Duration::from_secs(20));
    group.throughput(Throughput::Elements(COUNT as u64));
    let key = BenchKey::all().remove(0);
    let secrets = documents::secrets(COUNT);
    group.bench_function("seal", |bencher| {
        bencher.iter_batched(
            || secrets.clone(),
            |secrets| seal_all(&key, secrets),
            BatchSize::LargeInput,
        );
    });
    let sealed = seal_all(&key, secrets).concat().into_bytes();
    group.bench_function("unseal", |bencher| {
        bencher.iter_batched(
            || sealed.clone(),
            |sealed| unseal_all(&key, sealed),
            BatchSize::LargeInput,
        );
    });
    group.finish();
}

fn seal_all(key: &BenchKey, secrets: Vec<u8>) -> Vec<String> {
    let documents = Documents::split(vec![Zeroizing::new(secrets)]).expect("the input is YAML");
    let (rules, stream) = (SealRules::default(), Stream::new(Format::Yaml));
    let random = UnwrapErr(SysRng);
    let output = seal(&documents, key.certificate.sealing_key(), &rules, &stream, &random);
    let chunks = output.expect("the input can be sealed").chunks;
    chunks.into_iter().map(|chunk| chunk.to_string()).collect()
}

fn unseal_all(key: &BenchKey, sealed: Vec<u8>) -> usize {
    let documents = Documents::split(vec![Zeroizing::new(sealed)]).expect("the input is YAML");
    let rules =
        UnsealRules::new(&|| RenderContext::new(0, 0, UnwrapErr(SysRng), RenderLimits::default()));
    let output = unseal(&documents, &key.key_ring, &rules, &Stream::new(Format::Yaml));
    output.expect("the input can be opened").chunks.len()
}

criterion_group!(benches, many);
criterion_main!(benches);
