//! Sealing and opening a value, beside the bare RSA-OAEP operation that is in it.

#![expect(clippy::expect_used, reason = "what cannot be set up ends the run there and then")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use sealkit_benches::BenchKey;
use sealkit_core::{EncryptionLabel, KeyHint};

const VALUE: &[u8] = b"correct horse battery staple";

fn seal(criterion: &mut Criterion) {
    let label = EncryptionLabel::strict("shop", "database").expect("a namespace and a name");
    let mut random = rand::rng();
    for key in BenchKey::all() {
        let mut group = criterion.benchmark_group(format!("seal/{}", key.bits));
        let sealing_key = key.certificate.sealing_key();
        group.bench_function("value", |bencher| {
            bencher.iter(|| sealing_key.seal(black_box(VALUE), &label, &mut random));
        });
        group.bench_function("bare OAEP", |bencher| {
            bencher.iter(|| key.bare.encrypt(black_box(&[7; 32]), label.as_bytes()));
        });
        group.finish();
    }
}

fn unseal(criterion: &mut Criterion) {
    let label = EncryptionLabel::strict("shop", "database").expect("a namespace and a name");
    for key in BenchKey::all() {
        let mut group = criterion.benchmark_group(format!("unseal/{}", key.bits));
        let sealed = key
            .certificate
            .sealing_key()
            .seal(VALUE, &label, &mut rand::rng())
            .expect("a value can be sealed");
        group.bench_function("value", |bencher| {
            bencher.iter(|| key.key_ring.unseal(black_box(&sealed), &label, KeyHint::NONE));
        });
        let encrypted = key.bare.encrypt(&[7; 32], label.as_bytes());
        group.bench_function("bare OAEP", |bencher| {
            bencher.iter(|| key.bare.decrypt(black_box(&encrypted), label.as_bytes()));
        });
        group.finish();
    }
}

fn parse(criterion: &mut Criterion) {
    let text = sealkit_testkit::read_fixture("kubeseal/raw/rsa-4096-text-strict");
    let text = String::from_utf8(text).expect("a sealed value is text");
    criterion.bench_function("parse a sealed value/4096", |bencher| {
        bencher.iter(|| black_box(&text).parse::<sealkit_core::SealedValue>());
    });
}

criterion_group!(benches, seal, unseal, parse);
criterion_main!(benches);
