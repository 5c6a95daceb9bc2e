//! What a run changes, as a unified diff.

use std::path::Path;

use similar::TextDiff;
use zeroize::Zeroizing;

use sealkit_repository::tree::Change;

/// The change of a file as `git diff` shows it. Bytes stay what they are, whatever the encoding.
pub(crate) fn unified(path: &Path, change: &Change) -> Zeroizing<Vec<u8>> {
    let path = path.display();
    let mut text = Zeroizing::new(Vec::new());
    let diff = TextDiff::from_lines(change.before.as_slice(), change.after.as_slice());
    let mut unified = diff.unified_diff();
    let unified = unified.context_radius(3).header(&format!("a/{path}"), &format!("b/{path}"));
    // A vector takes everything.
    drop(unified.to_writer(&mut *text));
    text
}
