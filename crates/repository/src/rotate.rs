//! The rotation of one file: its sealed values are opened and sealed again for the certificate's key, where they stand.
//!
//! [`rotate`] is a function of the file's bytes. What it cannot be sure of it leaves, and says so: every sealed value
//! that is found has a [`Finding`]. A file is whole, old or new: where one value is left, all of them are.
//!
//! ```
//! use sealkit_core::{KeyRing, PrivateKey};
//! use sealkit_repository::rotate::{Context, Target, rotate};
//!
//! # let old_key = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/keys/rsa-2048.key"));
//! # let new_key = include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/keys/demo.key"));
//! let rings = [KeyRing::from_pem(old_key)?];
//! let new_key = PrivateKey::from_pem(new_key)?;
//! let context = Context::new(&rings, Some(Target::new(new_key.sealing_key())));
//!
//! let outcome = rotate(b"kind: ConfigMap\n", &context, &mut rand::rng());
//! assert!(outcome.file.is_none() && outcome.findings.is_empty(), "there is nothing sealed in it");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod binding;
mod comment;
mod context;
mod edit;
mod escapes;
mod find;
mod hints;
mod mask;
mod outcome;
mod re_encrypter;
mod reading;
mod reencrypt;
mod search;
mod text;
mod words;

use kubeyaml::EditError;
use rand_core::CryptoRng;

pub use binding::Source;
pub use context::{Content, Context, Labels, Options, Overlay, Target};
pub use outcome::{
    Bound, FileOutcome, Finding, LeftCause, NotedCause, Outcome, Verdict, Warning, WarningKind,
};
pub use re_encrypter::{NotReEncrypted, ReEncrypter};
pub use words::{holds_sealed_words, may_hold_sealed_values};

use edit::Edited;
use find::Found;
use re_encrypter::Elsewhere;
use reading::Reading;
use reencrypt::Resealed;
use search::Search;
use text::TextFile;

/// Seals the values of a file again for the certificate's key.
///
/// `rng` is the source of session keys. Nothing of the file is changed but ciphertexts, and the hints that name their
/// keys. A file of any size and content gives an outcome; it takes time in the length of the file, and for each object
/// that holds sealed values a bounded number of private-key operations: one for each value, and sixteen searches through the
/// keys for each label that it may be bound to. What opens nothing has a limit for the whole file. Where the private keys
/// are elsewhere, that is asked once or a few times for an object, and a limited number of times in vain.
#[must_use]
pub fn rotate(file: &[u8], context: &Context<'_>, rng: &mut impl CryptoRng) -> FileOutcome {
    if !may_hold_sealed_values(file) {
        return FileOutcome::default();
    }
    match context.content {
        Content::Documents => rotate_documents(file, context, rng),
        Content::Text { is_rotated } => rotate_text(file, is_rotated, context, rng),
    }
}

fn rotate_documents(file: &[u8], context: &Context<'_>, rng: &mut impl CryptoRng) -> FileOutcome {
    let reading = match Reading::of(file) {
        Ok(reading) => reading,
        Err(unreadable) => {
            let findings = find::in_unreadable(&unreadable);
            return FileOutcome { findings, ..FileOutcome::default() };
        }
    };
    let is_hint_added = context.options.add_hints;
    rotate_found(find::find(&reading, context.rule_at), context, rng, |resealed| {
        edit::edit(&reading, resealed, is_hint_added)
    })
}

fn rotate_text(
    file: &[u8],
    is_rotated: bool,
    context: &Context<'_>,
    rng: &mut impl CryptoRng,
) -> FileOutcome {
    let text = TextFile::of(file);
    rotate_found(text.find(is_rotated), context, rng, |resealed| {
        text.edit(resealed).map(|file| Edited { file, warnings: Vec::new() })
    })
}

/// Seals what was found again, and edits the file if nothing of it is left.
fn rotate_found(
    found: Found<'_>,
    context: &Context<'_>,
    rng: &mut impl CryptoRng,
    edit: impl FnOnce(&[Resealed<'_>]) -> Result<Edited, EditError>,
) -> FileOutcome {
    let Found { objects, mut findings, mut warnings } = found;
    let mut search = Search::new(context);
    let mut elsewhere = context.re_encrypter.map(|it| Elsewhere::new(it, context));
    let reseal = |object| match &mut elsewhere {
        Some(elsewhere) => elsewhere.reseal(object),
        None => reencrypt::reseal(object, &mut search, context, rng),
    };
    let mut resealed: Vec<Resealed<'_>> = objects.iter().map(reseal).collect();
    reencrypt::leave_if_of_several_clusters(&mut resealed, context);
    warnings.extend(resealed.iter().flat_map(Resealed::warnings));
    let values = resealed.iter().flat_map(Resealed::values);
    findings.extend(values.map(|(_, value)| value.finding.clone()));
    let edited = if context.options.inspect {
        Ok(Edited::default())
    } else if findings.iter().any(|found| found.holds_back(context.options.strict_files)) {
        Err(LeftCause::WithTheFile)
    } else {
        edit(&resealed).map_err(LeftCause::NotEditable)
    };
    let file = edited.map(|edited| {
        warnings.extend(edited.warnings);
        edited.file
    });
    FileOutcome {
        operations: search.operations(),
        requests: elsewhere.map_or(0, |elsewhere| elsewhere.requests()),
        ..FileOutcome::of(findings, file, warnings)
    }
}
