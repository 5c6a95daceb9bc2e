//! What sealing and opening cost over the bare RSA-OAEP operation, as a Markdown table.
//!
//! Both are measured by turns within one run, and the ratio is taken turn by turn, so that a busy
//! machine slows both. Turns in which something else ran fall out with the median.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program that measures and prints"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use sealkit_benches::BenchKey;
use sealkit_core::{EncryptionLabel, KeyHint};

/// How many turns each pair is measured; odd, for the median.
const TURNS: usize = 301;

/// How long the operations of one turn should take together.
const TURN: Duration = Duration::from_millis(8);

fn main() {
    let label = EncryptionLabel::strict("shop", "database").expect("a namespace and a name");
    println!("| operation | RSA | bare OAEP | ours | overhead |\n|---|---|---|---|---|");
    for key in BenchKey::all() {
        let mut random = rand::rng();
        let sealing_key = key.certificate.sealing_key();
        let value = b"correct horse battery staple";
        let bare = || drop(black_box(key.bare.encrypt(black_box(&[7; 32]), label.as_bytes())));
        let ours = || drop(black_box(sealing_key.seal(black_box(value), &label, &mut random)));
        print_row("seal", key.bits, &compare(bare, ours));

        let encrypted = key.bare.encrypt(&[7; 32], label.as_bytes());
        let sealed = sealing_key.seal(value, &label, &mut rand::rng()).expect("it can be sealed");
        let bare = || drop(black_box(key.bare.decrypt(black_box(&encrypted), label.as_bytes())));
        let ours = || {
            let opened = key.key_ring.unseal(black_box(&sealed), &label, KeyHint::NONE);
            assert!(opened.is_ok());
        };
        print_row("unseal", key.bits, &compare(bare, ours));
    }
}

/// Seconds for one operation, and how many times the bare one ours takes: medians.
struct Comparison {
    bare: f64,
    ours: f64,
    ratio: f64,
}

fn compare(mut bare: impl FnMut(), mut ours: impl FnMut()) -> Comparison {
    let repeats = repeats_for(&mut bare);
    let turns: Vec<(f64, f64)> = (0..TURNS)
        .map(|turn| {
            // Whoever goes first must not always be the same.
            if turn % 2 == 0 {
                let bare = time(&mut bare, repeats);
                (bare, time(&mut ours, repeats))
            } else {
                let ours = time(&mut ours, repeats);
                (time(&mut bare, repeats), ours)
            }
        })
        .collect();
    Comparison {
        bare: median(turns.iter().map(|(bare, _)| *bare)),
        ours: median(turns.iter().map(|(_, ours)| *ours)),
        ratio: median(turns.iter().map(|(bare, ours)| ours / bare)),
    }
}

/// How many operations fill half a turn; the first ones also warm up.
fn repeats_for(operation: &mut impl FnMut()) -> u32 {
    let once = time(operation, 50);
    let repeats = (TURN.as_secs_f64() / 2.0 / once).ceil();
    (1..1_000_000).find(|count| f64::from(*count) >= repeats).expect("an operation takes time")
}

fn time(operation: &mut impl FnMut(), repeats: u32) -> f64 {
    let began = Instant::now();
    for _ in 0..repeats {
        operation();
    }
    began.elapsed().as_secs_f64() / f64::from(repeats)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn print_row(operation: &str, bits: u32, measured: &Comparison) {
    println!(
        "| {operation} | {bits} | {:.1} µs | {:.1} µs | {:+.1} % |",
        measured.bare * 1e6,
        measured.ours * 1e6,
        (measured.ratio - 1.0) * 100.0
    );
}
