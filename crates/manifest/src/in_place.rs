//! A file whose Secrets are sealed where they stand, among documents of other kinds.

use std::collections::BTreeMap;

use kubeyaml::{DuplicateKeys, EditError, SecretText};
use rand_core::CryptoRng;
use sealkit_core::SealingKey;
use zeroize::Zeroizing;

use crate::documents::{Documents, Others};
use crate::error::{ReadErrors, SealErrors};
use crate::output;
use crate::seal::{SealRules, seal};
use crate::secret;
use crate::stream::Stream;
use crate::warning::Warning;

/// A file after sealing.
pub struct SealedInPlace {
    /// All of it.
    pub file: Zeroizing<Vec<u8>>,
    /// How many Secrets were sealed.
    pub sealed: usize,
    /// What a person should know.
    pub warnings: Vec<Warning>,
}

/// Why a file's Secrets are not sealed where they stand.
#[derive(Debug)]
#[non_exhaustive]
pub enum InPlaceError {
    /// A document cannot be read, or a Secret cannot be sealed.
    Seal(SealErrors),
    /// Secrets stand in a List, beside what else it holds.
    List {
        /// The document, counted from 1.
        document: usize,
    },
    /// The documents cannot be put in their places.
    Edit(EditError),
}

/// Seals the Secrets of one text where they stand. Each gives its whole document, comments and all, for the SealedSecret;
/// every other byte stays.
///
/// # Errors
/// A Secret cannot be sealed; another document holds one in plaintext, unless `stream` allows that; or see
/// [`InPlaceError`].
pub fn seal_in_place<R: CryptoRng + Clone + Sync>(
    documents: &Documents,
    key: &SealingKey,
    rules: &SealRules<'_>,
    stream: &Stream<'_>,
    random: &R,
) -> Result<SealedInPlace, InPlaceError> {
    let stream = stream.others(Others::Pass);
    let sealed = seal(documents, key, rules, &stream, random).map_err(InPlaceError::Seal)?;
    let mut chunks = sealed.chunks.into_iter();
    let mut new = BTreeMap::new();
    for (document, resources) in kinds(documents) {
        let chunks = chunks.by_ref().take(resources.len());
        match resources.as_slice() {
            [true] => {
                let text = chunks.last().unwrap_or_default();
                new.insert(document, SecretText::from(output::without_separator(&text)));
            }
            several if several.contains(&true) => return Err(InPlaceError::List { document }),
            _ => drop(chunks.last()),
        }
    }
    let count = new.len();
    let file = match documents.inputs() {
        [input] => input.replace_documents(&new).map_err(InPlaceError::Edit)?,
        _ => return Err(InPlaceError::Edit(EditError::OtherText)),
    };
    Ok(SealedInPlace { file, sealed: count, warnings: sealed.warnings })
}

/// Of each document that is not empty, which of its resources are Secrets.
fn kinds(documents: &Documents) -> impl Iterator<Item = (usize, Vec<bool>)> {
    let visited = documents.visit(DuplicateKeys::LastCounts, |document| {
        let resources = document.resources()?.into_iter();
        Ok::<_, ReadErrors>(resources.map(|resource| resource.is(secret::KIND)).collect())
    });
    // What cannot be read was told when it was sealed.
    visited.into_iter().map(|located| (located.document, located.result.unwrap_or_default()))
}
