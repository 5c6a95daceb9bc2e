//! The message of the commit that takes a rotation into the repository.

use std::fmt::Write as _;

use sealkit_core::Fingerprint;

use super::Summary;
use super::show::{count, plural};

/// Counts and fingerprints: what a reviewer wants to know, and what does not stand in the diff.
pub(crate) fn commit_message(summary: &Summary, to: &[Fingerprint]) -> String {
    let Summary { all, files_rotated, .. } = summary;
    let mut text = format!(
        "Rotate {} in {}\n",
        count(all.rotated, "sealed value"),
        count(*files_rotated, "file"),
    );
    let mut lines = String::new();
    for (key, values) in &summary.from_keys {
        let _ = writeln!(lines, "From key {key}: {}", count(*values, "value"));
    }
    for key in to {
        let _ = writeln!(lines, "To key {key}");
    }
    for (environment, counts) in &summary.by_environment {
        if let (Some(environment), rotated @ 1..) = (environment, counts.rotated) {
            let _ = writeln!(lines, "Environment {environment}: {}", count(rotated, "value"));
        }
    }
    if !lines.is_empty() {
        let _ = write!(text, "\n{lines}");
    }
    let open = all.left + all.noted + all.stale;
    if open > 0 {
        let _ = writeln!(
            text,
            "\n{} not rotated: an old key may still open {}.",
            count(open, "value"),
            plural(open, "it", "them"),
        );
    }
    text
}
