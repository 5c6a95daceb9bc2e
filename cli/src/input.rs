//! Bounded reads of files and standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::Error;
use crate::ui::Ui;

/// Manifests: room for some 100,000 Secrets.
pub(crate) const MANIFEST_LIMIT: u64 = 256 * MIB;
/// Private keys: room for a backup of some thousand key Secrets.
pub(crate) const KEY_LIMIT: u64 = 16 * MIB;
/// One certificate.
pub(crate) const CERTIFICATE_LIMIT: u64 = MIB;
/// One value: more than a Kubernetes Secret can hold.
pub(crate) const VALUE_LIMIT: u64 = 4 * MIB;

const MIB: u64 = 1024 * 1024;
const SMALL_READ: usize = 1024;
const LARGE_READ: usize = 16 * 1024;
const STDIN: &str = "-";

/// Where an input comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Source {
    Stdin,
    File(PathBuf),
}

impl Source {
    /// `-` is standard input, all else a file.
    pub(crate) fn from_argument(path: &Path) -> Self {
        if path.as_os_str() == STDIN { Self::Stdin } else { Self::File(path.to_owned()) }
    }

    /// The files named, or standard input where none is.
    pub(crate) fn from_arguments(paths: &[PathBuf]) -> Vec<Self> {
        match paths {
            [] => vec![Self::Stdin],
            paths => paths.iter().map(|path| Self::from_argument(path)).collect(),
        }
    }

    /// Reads all of it, up to `limit` bytes; more is an error.
    pub(crate) fn read(&self, limit: u64, ui: &mut Ui<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
        match self {
            Self::Stdin => {
                if ui.stdin().is_terminal() {
                    ui.note("reading from the terminal; end with Ctrl-D, or name a file");
                }
                read_all(ui.stdin(), limit, 0)
            }
            Self::File(path) => read_file(path, limit),
        }
        .map_err(|error| error.about(self))
    }
}

impl std::fmt::Display for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Stdin => f.write_str("standard input"),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// An environment variable that holds what a file could.
#[derive(Clone, Copy)]
pub(crate) struct Variable(pub(crate) &'static str);

impl Variable {
    /// Its bytes; none where it is not set.
    pub(crate) fn read(self) -> Zeroizing<Vec<u8>> {
        let value = std::env::var_os(self.0).unwrap_or_default();
        Zeroizing::new(value.into_encoded_bytes())
    }
}

impl std::fmt::Display for Variable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0)
    }
}

/// Reads a file of up to `limit` bytes.
pub(crate) fn read_file(path: &Path, limit: u64) -> Result<Zeroizing<Vec<u8>>, Error> {
    read_open(&mut File::open(path).map_err(read_failed)?, limit)
}

/// Reads a file that is open, of up to `limit` bytes.
pub(crate) fn read_open(file: &mut File, limit: u64) -> Result<Zeroizing<Vec<u8>>, Error> {
    let metadata = file.metadata().map_err(read_failed)?;
    if metadata.is_dir() {
        return Err(Error::failed("is a directory, not a file"));
    }
    if metadata.is_file() && metadata.len() > limit {
        return Err(too_large(limit));
    }
    read_all(file, limit, metadata.len())
}

/// Reads up to `limit` bytes into a buffer that is wiped, and so is each smaller one it outgrew.
/// `expected` is the size to make room for at once.
fn read_all(
    reader: &mut impl Read,
    limit: u64,
    expected: u64,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let limit_bytes = usize::try_from(limit).unwrap_or(usize::MAX);
    let expected = usize::try_from(expected.min(limit)).unwrap_or(0);
    let mut bytes = Zeroizing::new(Vec::with_capacity(expected.max(SMALL_READ)));
    // Small for a small file: what is set up is also wiped.
    let chunk_size =
        if expected == 0 { LARGE_READ } else { expected.clamp(SMALL_READ, LARGE_READ) };
    let mut chunk = Zeroizing::new(vec![0; chunk_size]);
    loop {
        let read = match reader.read(&mut chunk) {
            Ok(0) => return Ok(bytes),
            Ok(read) => chunk.get(..read).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(read_failed(error)),
        };
        if bytes.len() + read.len() > limit_bytes {
            return Err(too_large(limit));
        }
        if bytes.len() + read.len() > bytes.capacity() {
            let room = (2 * bytes.capacity()).max(bytes.len() + read.len());
            let mut larger = Zeroizing::new(Vec::with_capacity(room));
            larger.extend_from_slice(&bytes);
            bytes = larger;
        }
        bytes.extend_from_slice(read);
    }
}

fn too_large(limit: u64) -> Error {
    Error::failed(format!("is larger than {} MiB", limit / MIB))
}

/// PEM in UTF-16 with a byte order mark, as PowerShell writes it, in ASCII. Anything else stays as it is.
pub(crate) fn ascii_from_utf16(text: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    match kubeyaml::decode_utf16(&text).filter(|decoded| decoded.is_ascii()) {
        Some(mut ascii) => Zeroizing::new(std::mem::take(&mut *ascii).into_bytes()),
        None => text,
    }
}

/// Whether the text is HTML, as servers and proxies answer instead of what was asked for.
pub(crate) fn is_web_page(text: &[u8]) -> bool {
    let start = text.trim_ascii_start().get(..14).unwrap_or_default();
    start.eq_ignore_ascii_case(b"<!doctype html")
        || text
            .trim_ascii_start()
            .get(..5)
            .is_some_and(|start| start.eq_ignore_ascii_case(b"<html"))
}

fn read_failed(error: io::Error) -> Error {
    match error.kind() {
        io::ErrorKind::NotFound => Error::failed("no such file"),
        io::ErrorKind::PermissionDenied => Error::failed("permission denied"),
        io::ErrorKind::IsADirectory => Error::failed("is a directory, not a file"),
        _ => Error::failed("cannot be read").caused_by(error),
    }
}
