//! Ciphertexts in the place of what stands for them, and what may become of them.

use std::fs;
use std::path::{Path, PathBuf};

use kubeyaml::decode_utf16;
use sealkit_core::{KeyHint, SealedValue};
use sealkit_manifest::Binding;
use sealkit_testkit::replaced;

use super::case::Placeholder;
use super::keys::{key, ring};

/// A placeholder, and the ciphertext that stands in its place.
pub(crate) struct Filled {
    pub(crate) placeholder: Placeholder,
    pub(crate) old: String,
}

pub(crate) fn fill(placeholder: Placeholder) -> Filled {
    let label = binding(&placeholder).label().unwrap();
    let sealing_key = key(&placeholder.key).sealing_key();
    let value = placeholder.value.as_bytes();
    let old = sealing_key.seal(value, &label, &mut rand::rng()).unwrap().to_string();
    Filled { placeholder, old }
}

fn binding(placeholder: &Placeholder) -> Binding {
    let scope = placeholder.scope.parse().unwrap();
    Binding::new(scope, &placeholder.namespace, &placeholder.object)
}

/// The files of a shape: itself, or all that are in its folder.
pub(crate) fn files(root: &Path) -> Vec<PathBuf> {
    if root.is_file() {
        return vec![root.to_path_buf()];
    }
    let mut files: Vec<PathBuf> =
        fs::read_dir(root).unwrap().flat_map(|entry| files(&entry.unwrap().path())).collect();
    files.retain(|file| file.file_name().is_some_and(|name| name != ".seal.yaml"));
    files.sort();
    files
}

pub(crate) fn with_ciphertexts(file: Vec<u8>, filled: &[Filled]) -> Vec<u8> {
    if let Some(text) = decode_utf16(&file) {
        let text = filled_in(text.as_bytes().to_vec(), filled);
        let unit = if file[0] == 0xFF { u16::to_le_bytes } else { u16::to_be_bytes };
        let units = str::from_utf8(&text).unwrap().encode_utf16();
        return unit(0xFEFF).into_iter().chain(units.flat_map(unit)).collect();
    }
    filled_in(file, filled)
}

/// Longer names first: one may begin as another does.
fn filled_in(mut text: Vec<u8>, filled: &[Filled]) -> Vec<u8> {
    let (old, new) = (fingerprint("old"), fingerprint("new"));
    let mut pieces: Vec<(String, &str)> = filled.iter().flat_map(pieces).collect();
    pieces.extend([("FINGERPRINT_OLD".to_owned(), &*old), ("FINGERPRINT_NEW".to_owned(), &*new)]);
    pieces.sort_by_key(|(name, _)| std::cmp::Reverse(name.len()));
    for (name, piece) in pieces {
        text = replaced(&text, name.as_bytes(), piece.as_bytes());
    }
    text
}

fn fingerprint(name: &str) -> String {
    key(name).fingerprint().to_string()
}

fn pieces(filled: &Filled) -> Vec<(String, &str)> {
    let name = &filled.placeholder.name;
    let Some(len) = filled.placeholder.line_len else {
        return vec![(name.clone(), &filled.old)];
    };
    let chunks = filled.old.as_bytes().chunks(len).map(|chunk| str::from_utf8(chunk).unwrap());
    chunks.zip(1..).map(|(chunk, number)| (format!("{name}_LINE_{number}"), chunk)).collect()
}

/// The text with the new key where the old one is named.
pub(crate) fn with_new_key(text: &[u8]) -> Vec<u8> {
    replaced(text, fingerprint("old").as_bytes(), fingerprint("new").as_bytes())
}

pub(crate) fn decoded(file: &[u8]) -> Vec<u8> {
    decode_utf16(file).map_or_else(|| file.to_vec(), |text| text.as_bytes().to_vec())
}

/// Nothing but ciphertexts differs, those that stay are the same, and the new ones open to the old values.
pub(crate) fn check_bytes(before: &[u8], after: &[u8], filled: &[Filled]) -> Result<(), String> {
    let (mut before, mut after) = (before, after);
    loop {
        let same = before.iter().zip(after).take_while(|(old, new)| old == new).count();
        if same == before.len() && same == after.len() {
            return Ok(());
        }
        // Ciphertexts for keys of one size begin alike: back to where this one begins.
        let (old, rest_old) = word_around(before, same);
        let (new, rest_new) = word_around(after, same);
        check_value(&old, &new, filled)?;
        (before, after) = (rest_old, rest_new);
    }
}

/// The base64 word around a byte, and what follows it.
fn word_around(text: &[u8], at: usize) -> (String, &[u8]) {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
    let start = text[..at].iter().rposition(|byte| !is_word(byte)).map_or(0, |at| at + 1);
    let end = text[at..].iter().position(|byte| !is_word(byte)).map_or(text.len(), |end| at + end);
    (text[start..end].iter().map(|byte| char::from(*byte)).collect(), &text[end..])
}

fn check_value(old: &str, new: &str, filled: &[Filled]) -> Result<(), String> {
    // What stands before a value may be base64 itself.
    let value = filled.iter().find(|filled| old.ends_with(&filled.old));
    let Some(Filled { placeholder, old: value }) = value else {
        return Err("bytes that are no ciphertext are different".to_owned());
    };
    if placeholder.outcome != "rotated" {
        return Err(format!("{} should stay", placeholder.name));
    }
    let new = new
        .strip_prefix(&old[..old.len() - value.len()])
        .ok_or("what stands before a value is gone")?;
    let new: SealedValue = new.parse().map_err(|_| "a new value is no envelope")?;
    let label = binding(placeholder).label().unwrap();
    let opened = ring([placeholder.to.as_str()]).unseal(&new, &label, KeyHint::NONE);
    match opened {
        Ok(opened) if opened.plaintext.expose() == placeholder.value.as_bytes() => Ok(()),
        Ok(_) => Err(format!("{} is another value now", placeholder.name)),
        Err(_) => Err(format!("{} does not open with the new key", placeholder.name)),
    }
}
