//! The first look at a file: whether it may hold sealed values.
//!
//! Most files hold none. They are read once, a piece at a time, and nothing of them is kept.

use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

use zeroize::Zeroizing;

use super::MAX_FILE;
use super::kind;
use crate::kustomize::{Kustomizations, MAX_KUSTOMIZATION};
use crate::rotate::may_hold_sealed_values;

/// What is seen in a file at first.
pub(super) struct Sight {
    pub(super) seen: Seen,
    /// The text, where it is a kustomization, or tells what Argo CD or Flux does with a folder.
    pub(super) kustomization: Option<Zeroizing<Vec<u8>>>,
}

pub(super) enum Seen {
    /// Nothing sealed.
    Nothing,
    /// It may hold sealed values.
    Values,
    /// It may, and is larger than what is looked into.
    TooLarge,
    /// It stands for another file that is not here: a pointer of Git LFS, or what git-crypt has not opened.
    StandIn,
    /// It was left over by a run that was killed while it wrote: a copy of another file.
    LeftOver,
    /// It could not be read.
    Unreadable(io::Error),
}

/// How much is read at a time, and how much of it is looked at again with the next piece: names and the beginning of words
/// may lie across, each character as an escape, and in UTF-16.
const PIECE: usize = 256 << 10;
const OVERLAP: usize = 8 << 10;

/// The names of files that are being written: this, and so many random letters and digits.
pub const PASSING_PREFIX: &str = ".seal-";
const PASSING_LEN: usize = 6;

/// What files that stand for others begin with.
const STAND_INS: [&[u8]; 2] = [b"version https://git-lfs.github.com/spec/", b"\0GITCRYPT\0"];

/// Looks at a file; none where there is nothing to be seen.
pub(super) fn look(path: &Path) -> Option<Sight> {
    let sight = try_look(path)
        .unwrap_or_else(|error| Sight { seen: Seen::Unreadable(error), kustomization: None });
    let is_nothing = matches!(sight.seen, Seen::Nothing) && sight.kustomization.is_none();
    (!is_nothing).then_some(sight)
}

/// The text of a kustomization, or of a file that tells what Argo CD or Flux does with a folder; none of any other file, or
/// where it cannot be read.
pub(super) fn kustomization(path: &Path) -> Option<Zeroizing<Vec<u8>>> {
    if !kind::is_documents(path) {
        return None;
    }
    let mut file = open(path).ok()?;
    let len = file.metadata().ok()?.len();
    if len > MAX_KUSTOMIZATION {
        return None;
    }
    read_all(&mut file, len).ok().filter(|text| is_kustomization(path, text))
}

fn is_kustomization(path: &Path, text: &[u8]) -> bool {
    Kustomizations::is_kustomization(path) || Kustomizations::may_tell_destinations(text)
}

fn try_look(path: &Path) -> io::Result<Sight> {
    if is_left_over(path) {
        return Ok(Sight { seen: Seen::LeftOver, kustomization: None });
    }
    let mut file = open(path)?;
    let len = file.metadata()?.len();
    let is_documents = kind::is_documents(path);
    if is_documents && len <= MAX_KUSTOMIZATION {
        let text = read_all(&mut file, len)?;
        let seen = search(&mut text.as_slice(), len, true)?;
        return Ok(Sight {
            seen,
            kustomization: Some(text).filter(|text| is_kustomization(path, text)),
        });
    }
    let seen = search(&mut file, len, is_documents)?;
    let seen = match seen {
        Seen::Values if len > MAX_FILE => Seen::TooLarge,
        seen => seen,
    };
    Ok(Sight { seen, kustomization: None })
}

/// Whether a file has a passing name, as new content has while it is put in its place.
fn is_left_over(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str);
    let random = name.and_then(|name| name.strip_prefix(PASSING_PREFIX));
    random.is_some_and(|random| {
        random.len() == PASSING_LEN && random.bytes().all(|byte| byte.is_ascii_alphanumeric())
    })
}

/// Searches a file of any size, which is said to have this length.
fn search(file: &mut impl Read, len: u64, is_documents: bool) -> io::Result<Seen> {
    // Small for a small file: what is set up is also wiped. A byte more shows the end at once.
    let small = usize::try_from(len).unwrap_or(PIECE).saturating_add(1);
    let mut piece = Zeroizing::new(vec![0; small.clamp(2 * OVERLAP, PIECE)]);
    let (mut kept, mut is_begin) = (0, true);
    loop {
        let read = read_some(file, piece.get_mut(kept..).unwrap_or_default())?;
        let text = piece.get(..kept + read).unwrap_or_default();
        if is_begin && STAND_INS.iter().any(|begin| text.starts_with(begin)) {
            return Ok(if is_documents { Seen::StandIn } else { Seen::Nothing });
        }
        is_begin = false;
        if may_hold(text, is_documents) {
            return Ok(Seen::Values);
        }
        if text.len() < piece.len() {
            return Ok(Seen::Nothing);
        }
        let len = text.len();
        let from = len.saturating_sub(OVERLAP);
        piece.copy_within(from..len, 0);
        kept = len - from;
    }
}

fn may_hold(text: &[u8], is_documents: bool) -> bool {
    match is_documents {
        true => may_hold_sealed_values(text),
        false => crate::rotate::holds_sealed_words(text),
    }
}

/// Fills the buffer as far as the file goes.
fn read_some(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// Reads a file of a known length; one that grows meanwhile is not followed for ever.
pub(super) fn read_all(file: &mut File, len: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let expected = usize::try_from(len.min(MAX_FILE)).unwrap_or(0);
    // A byte more shows the end without growing the buffer, which would leave a copy behind.
    let mut bytes = Zeroizing::new(vec![0; expected + 1]);
    let read = read_some(file, &mut bytes)?;
    if read > expected {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it grows while it is read"));
    }
    bytes.truncate(read);
    Ok(bytes)
}

/// Opens a file that is no link: what a link leads to is another file.
#[cfg(unix)]
pub(super) fn open(path: &Path) -> io::Result<File> {
    use rustix::fs::OFlags;
    use std::os::unix::fs::OpenOptionsExt as _;
    // A pipe that took the file's place would be waited for.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).unwrap_or_default();
    regular(OpenOptions::new().read(true).custom_flags(flags).open(path)?)
}

#[cfg(not(unix))]
pub(super) fn open(path: &Path) -> io::Result<File> {
    regular(OpenOptions::new().read(true).open(path)?)
}

fn regular(file: File) -> io::Result<File> {
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(io::Error::other("it is no regular file any more")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(bytes: &[u8], is_documents: bool) -> Seen {
        search(&mut &*bytes, bytes.len() as u64, is_documents).unwrap()
    }

    #[test]
    fn words_are_found_across_the_pieces_of_a_large_file() {
        let word = format!("AgA{}", "x".repeat(600));
        for before in [0, 10, PIECE - 604, PIECE - 300, PIECE - 1, PIECE, 3 * PIECE - 200] {
            let text = format!("{}\n{word}\n{}", "a b ".repeat(before / 4), " c".repeat(PIECE));
            assert!(matches!(seen(text.as_bytes(), false), Seen::Values), "{before}");
        }
        assert!(matches!(seen("a b ".repeat(PIECE).as_bytes(), false), Seen::Nothing));
    }

    #[test]
    fn escapes_are_read_across_the_pieces_of_a_large_file() {
        let word: String = format!("AgA{}", "x".repeat(400));
        let word: String = word.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
        for before in [0, PIECE - 2000, PIECE - 3, PIECE - 2, PIECE - 1, PIECE] {
            let text = format!("{}\"{word}\" {}", " ".repeat(before), " c".repeat(PIECE));
            assert!(matches!(seen(text.as_bytes(), true), Seen::Values), "{before}");
        }
        let text = "\"C:\\Users\\n\" ".repeat(PIECE / 4);
        assert!(matches!(seen(text.as_bytes(), true), Seen::Nothing));
    }

    #[test]
    fn passing_names_are_told() {
        for (name, is) in [(".seal-aB3xYz", true), (".seal-config", true), (".seal.yaml", false)] {
            assert_eq!(is_left_over(Path::new(name)), is, "{name}");
        }
        assert!(!is_left_over(Path::new(".seal-config.yaml")));
    }

    #[test]
    fn names_count_in_documents_only() {
        let text = b"kind: SealedSecret\n";
        assert!(matches!(seen(text, true), Seen::Values));
        assert!(matches!(seen(text, false), Seen::Nothing));
    }

    #[test]
    fn files_that_stand_for_others_are_told() {
        let pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n";
        assert!(matches!(seen(pointer, true), Seen::StandIn));
        assert!(matches!(seen(pointer, false), Seen::Nothing));
        assert!(matches!(seen(b"\0GITCRYPT\0AgA", true), Seen::StandIn));
    }
}
