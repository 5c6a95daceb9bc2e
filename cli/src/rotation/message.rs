//! The message of the commit that takes a rotation into the repository.

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
        lines.push_str(&format!("From key {key}: {}\n", count(*values, "value")));
    }
    for key in to {
        lines.push_str(&format!("To key {key}\n"));
    }
    for (environment, counts) in &summary.by_environment {
        if let (Some(environment), rotated @ 1..) = (environment, counts.rotated) {
            lines.push_str(&format!("Environment {environment}: {}\n", count(rotated, "value")));
        }
    }
    if !lines.is_empty() {
        text.push_str(&format!("\n{lines}"));
    }
    let open = all.left + all.noted + all.stale;
    if open > 0 {
        text.push_str(&format!(
            "\n{} not rotated: an old key may still open {}.\n",
            count(open, "value"),
            plural(open, "it", "them"),
        ));
    }
    text
}
