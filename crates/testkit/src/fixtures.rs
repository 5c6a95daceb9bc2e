//! Where the repository's fixtures lie.

use std::fs;
use std::path::{Path, PathBuf};

/// The root folder of the repository.
#[must_use]
pub fn repository() -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    crates.and_then(Path::parent).expect("this crate lies two folders below the root").to_path_buf()
}

/// The path of a file or folder in `fixtures/`, such as `fixture("kubeseal/index.json")`.
///
/// # Panics
///
/// If it does not exist.
#[must_use]
pub fn fixture(path: &str) -> PathBuf {
    let fixture = repository().join("fixtures").join(path);
    assert!(fixture.exists(), "no such fixture: {}", fixture.display());
    fixture
}

/// The bytes of a file in `fixtures/`.
///
/// # Panics
///
/// If it cannot be read.
#[must_use]
pub fn read_fixture(path: &str) -> Vec<u8> {
    let fixture = fixture(path);
    fs::read(&fixture).unwrap_or_else(|error| panic!("{}: {error}", fixture.display()))
}

/// The text with `to` wherever `from` stood.
#[must_use]
pub fn replaced(text: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        let (before, found) = rest.split_at(at);
        out.extend_from_slice(before);
        out.extend_from_slice(to);
        rest = found.split_at(from.len()).1;
    }
    out.extend_from_slice(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_is_the_workspace() {
        let manifest = fs::read_to_string(repository().join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[workspace]"));
    }

    #[test]
    #[should_panic(expected = "no such fixture")]
    fn a_missing_fixture_fails_the_test() {
        drop(fixture("no/such/fixture"));
    }
}
