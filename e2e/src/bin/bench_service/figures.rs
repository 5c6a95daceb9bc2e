//! Figures of several turns.

use std::time::Duration;

/// The middle one; of an even number the lower one.
pub(crate) fn median<T: Copy + PartialOrd>(figures: &[T]) -> T {
    let mut sorted = figures.to_vec();
    sorted.sort_by(|a, b| a.partial_cmp(b).expect("figures can be compared"));
    *sorted.get((sorted.len() - 1) / 2).expect("there is a figure")
}

/// Seconds, with two digits.
pub(crate) fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

/// Milliseconds, with two digits.
pub(crate) fn milliseconds(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

/// MiB of KiB, with one digit.
pub(crate) fn mebibytes(kibibytes: usize) -> String {
    format!("{}.{} MiB", kibibytes / 1024, kibibytes % 1024 * 10 / 1024)
}

/// How many times one goes into the other.
pub(crate) fn ratio(of: Duration, to: Duration) -> f64 {
    of.as_secs_f64() / to.as_secs_f64()
}

/// The middle one of the ratios of each turn.
pub(crate) fn median_ratio(of: &[Duration], to: &[Duration]) -> f64 {
    let ratios: Vec<f64> = of.iter().zip(to).map(|(of, to)| ratio(*of, *to)).collect();
    median(&ratios)
}
