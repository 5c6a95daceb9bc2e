//! What can be wrong with a `.seal.yaml`.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use kubeyaml::{NodeKind, Position, YamlErrorKind};

use super::MAX_BYTES;
use crate::patterns::PathFlaw;

/// A `.seal.yaml` that cannot be used, or the place of one that cannot be found out.
///
/// `Display` is `PATH:LINE:COLUMN: what is wrong`. No value of the file is quoted.
#[derive(Debug)]
pub struct ConfigError {
    pub(super) path: PathBuf,
    pub(super) position: Option<Position>,
    pub(super) kind: ConfigErrorKind,
}

/// What is wrong.
#[derive(Debug)]
pub enum ConfigErrorKind {
    /// The file cannot be read.
    Io(io::Error),
    /// The path whose `.seal.yaml` is looked for cannot be followed.
    NotFollowed(io::Error),
    /// There is something else of that name: a folder, a link, a pipe.
    NotAFile,
    /// It belongs to another user, and its folder is open to everybody.
    OfAnotherUser,
    /// It has more than [`MAX_BYTES`].
    TooLarge,
    /// It is no YAML.
    Yaml(YamlErrorKind),
    /// It is empty, or holds nothing but comments.
    NoDocument,
    /// It holds more than one document.
    SeveralDocuments,
    /// The version is another than 1.
    Version,
    /// There is no such field.
    UnknownField {
        /// Its name, where it looks like one.
        name: Option<String>,
        /// The fields that there are.
        known: &'static [&'static str],
    },
    /// A rule or an environment has both `certificate` and `certificates`.
    CertificateAndCertificates,
    /// A rule without certificates of its own names an environment that is not there.
    NoEnvironment,
    /// A field is missing.
    Missing(&'static str),
    /// A value is of another kind.
    WrongType {
        /// The kind that is needed: `a list`.
        expected: &'static str,
        /// The kind that is there.
        found: NodeKind,
    },
    /// A list has no entry.
    EmptyList,
    /// A list has more entries than this.
    TooMany(usize),
    /// A path, or a pattern for paths, cannot be meant.
    Path(PathFlaw),
    /// A pattern for keys cannot be read.
    Keys(KeyPatternFlaw),
    /// A pin is no fingerprint.
    Pin,
    /// The scope is none of the three.
    Scope,
    /// A name is not as names of its kind are.
    Name(NameKind),
    /// There is no file where a certificate is said to be.
    NoCertificate,
    /// A link on the way to a certificate leads out of the folder of the `.seal.yaml`.
    LeadsOut,
}

/// Why a pattern for keys cannot be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyPatternFlaw {
    /// There is no key before, between or after two dots.
    EmptyKey,
    /// A `*` that is only a part of a key.
    PartialStar,
    /// A backslash before something other than `.`, `*` and `\`.
    Escape,
}

/// The kinds of names.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NameKind {
    /// An environment of the repository.
    Environment,
    /// A namespace of Kubernetes: RFC 1123, a label.
    Namespace,
    /// A name of a Kubernetes object: RFC 1123, labels with dots between.
    Object,
}

impl ConfigError {
    pub(super) fn io(path: &Path, error: io::Error) -> Self {
        Self::of_file(path, ConfigErrorKind::Io(error))
    }

    pub(super) fn of_file(path: &Path, kind: ConfigErrorKind) -> Self {
        Self { path: path.to_owned(), position: None, kind }
    }

    /// The `.seal.yaml`, or the path that could not be followed. Without links.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Where in the file; none if the error is about the file as a whole.
    #[must_use]
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// What is wrong.
    #[must_use]
    pub fn kind(&self) -> &ConfigErrorKind {
        &self.kind
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.path.display())?;
        if let Some(Position { line, column }) = self.position {
            write!(f, "{line}:{column}:")?;
        }
        write!(f, " {}", self.kind)
    }
}

impl std::error::Error for ConfigError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ConfigErrorKind::Io(error) | ConfigErrorKind::NotFollowed(error) => Some(error),
            _ => None,
        }
    }
}

impl fmt::Display for ConfigErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(_) => f.write_str("cannot be read"),
            Self::NotFollowed(_) => f.write_str("the path cannot be followed"),
            Self::NotAFile => f.write_str("is no regular file"),
            Self::OfAnotherUser => {
                f.write_str("belongs to another user, in a folder that is open to everybody")
            }
            Self::TooLarge => write!(f, "is larger than {} KiB", MAX_BYTES >> 10),
            Self::Yaml(kind) => kind.fmt(f),
            Self::NoDocument => f.write_str("is empty"),
            Self::SeveralDocuments => f.write_str("a second document begins here"),
            Self::Version => f.write_str("the version is not 1"),
            Self::UnknownField { name: Some(name), .. } => write!(f, "unknown field \"{name}\""),
            Self::UnknownField { name: None, .. } => f.write_str("unknown field"),
            Self::CertificateAndCertificates => {
                f.write_str("certificate and certificates are both there")
            }
            Self::NoEnvironment => {
                f.write_str("there is no such environment, and the rule names no certificate")
            }
            Self::Missing(field) => write!(f, "{field} is missing"),
            Self::WrongType { expected, found } => write!(f, "expected {expected}, found {found}"),
            Self::EmptyList => f.write_str("the list is empty"),
            Self::TooMany(most) => write!(f, "the list has more than {most} entries"),
            Self::Path(flaw) => flaw.fmt(f),
            Self::Keys(flaw) => flaw.fmt(f),
            Self::Pin => f.write_str("a pin is no fingerprint"),
            Self::Scope => f.write_str("there is no such scope"),
            Self::Name(kind) => kind.fmt(f),
            Self::NoCertificate => f.write_str("there is no certificate of that name"),
            Self::LeadsOut => f.write_str("a link leads out of the folder of .seal.yaml"),
        }
    }
}

impl fmt::Display for KeyPatternFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EmptyKey => "a key is empty: before, between or after dots",
            Self::PartialStar => "a \"*\" stands for a whole key, not for a part of one",
            Self::Escape => "a backslash may stand before a dot, a \"*\" or a backslash only",
        })
    }
}

impl fmt::Display for NameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Environment => {
                "an environment is 1 to 63 letters, digits, \"-\", \"_\" and \".\", the first a letter or digit"
            }
            Self::Namespace => {
                "a namespace is 1 to 63 lower-case letters, digits and \"-\", the first and last no \"-\""
            }
            Self::Object => {
                "a name is 1 to 253 lower-case letters, digits, \"-\" and \".\", as Kubernetes has it"
            }
        })
    }
}
