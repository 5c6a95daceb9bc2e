//! What became of a file and of each sealed value in it: data for reports, and the words for people.

use std::fmt;

use kubeyaml::{EditError, Position, YamlError};
use sealkit_core::{EnvelopeError, Fingerprint};
use sealkit_manifest::Binding;
use zeroize::Zeroizing;

use super::binding::{Candidate, Source};

/// What became of a file. Has no `Debug`: the file may hold plaintext beside sealed values.
#[derive(Default)]
pub struct FileOutcome {
    /// The new content, where something is rotated or a hint was changed.
    pub file: Option<Zeroizing<Vec<u8>>>,
    /// What was found, in the order of the file.
    pub findings: Vec<Finding>,
    /// What a person should know and what stops nothing.
    pub warnings: Vec<Warning>,
    /// How many private-key operations it took: they are nearly all of the time. Those of `verify` are not counted.
    pub operations: usize,
    /// How many times whoever has the private keys was asked; where nothing is sent, how many times at least that would be.
    pub requests: usize,
}

/// What became of a file, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has new values or hints.
    Rotated,
    /// It has values that are not sealed for the certificate's key, and was only looked at.
    Stale,
    /// Its values were looked at, and no certificate says which key they should be sealed for.
    Sealed,
    /// All its values are sealed for the certificate's key already.
    Current,
    /// A value of it could not be rotated.
    Left,
    /// There is nothing in it that is rotated, but something that a person should know of.
    Noted,
    /// There is nothing sealed in it.
    Skipped,
}

/// A sealed value, or what stands in the place of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The document in the file, counted from 1; none where the file could not be split into documents, and outside of
    /// documents.
    pub document: Option<usize>,
    /// Where the value begins.
    pub position: Position,
    /// The keys that lead to it, with dots between, as `spec.encryptedData.password`; empty where it is part of a comment,
    /// or of a document that could not be read.
    pub item: String,
    /// What it is bound to: proved where it was opened, else the likeliest; none where nothing tells.
    pub bound: Option<Bound>,
    /// The key that opened it; none where it was not opened, or elsewhere.
    pub key: Option<Fingerprint>,
    /// The key that a hint names.
    pub hint: Option<Fingerprint>,
    /// What became of it.
    pub outcome: Outcome,
}

/// What a value is bound to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Scope, namespace and name.
    pub binding: Binding,
    /// Who said so.
    pub source: Source,
}

impl From<Candidate> for Bound {
    fn from(candidate: Candidate) -> Self {
        let Candidate { binding, source } = candidate;
        Self { binding, source }
    }
}

/// As its binding.
impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.binding.fmt(f)
    }
}

/// What became of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is sealed for the certificate's key now.
    Rotated,
    /// It was sealed for the certificate's key before.
    Current {
        /// It was opened with that key. Otherwise a hint says so, and no other key opened it.
        is_proved: bool,
    },
    /// It has to be rotated, and was only looked at.
    Stale {
        /// It was opened. Otherwise a hint says so.
        is_proved: bool,
    },
    /// It would be sent to whoever has the private keys, and nothing was.
    ToBeSent,
    /// It was looked at, and no certificate says which key it should be sealed for.
    Sealed {
        /// It was opened. Otherwise a hint says for which key it is sealed.
        is_proved: bool,
    },
    /// It is as it was, although it may have to be rotated.
    Left(LeftCause),
    /// It is as it was, since it is no value that anything unseals where it stands.
    Noted(NotedCause),
}

/// Why a value was left as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftCause {
    /// It stands elsewhere, and came here through an alias or a merge key.
    Alias,
    /// It has the tag `!!binary`, and is another text than the one that stands there.
    Binary,
    /// Its lines are folded into one with spaces between: that is not base64.
    Folded,
    /// It begins as a sealed value does, but is none.
    Malformed(EnvelopeError),
    /// There is no private key to open it, and no hint that names its key.
    NoHint,
    /// No key opens it for what it may be bound to.
    NotOpened {
        /// What was tried.
        tried: Vec<Binding>,
        /// The certificate's private key is not among those given: a value that was rotated already does not open.
        may_be_rotated: bool,
    },
    /// Whoever has the private keys cannot open it, or another value that was sent with it.
    ControllerCannotOpen {
        /// What was tried.
        tried: Vec<Binding>,
        /// No other value was sent with it.
        is_alone: bool,
    },
    /// Whoever has the private keys does not take so much at once.
    TooLargeForController,
    /// Whoever has the private keys failed, now or before.
    ControllerFailed,
    /// Not all keys were tried: nothing opens so much of its object, or of its file, that a limit is reached.
    NotTried,
    /// Nothing tells its namespace, and no key opens it cluster-wide.
    NoNamespace,
    /// It is part of nothing that tells what it is bound to, and no key opens it cluster-wide.
    Unexplained,
    /// The key of another cluster than the certificate's opens it.
    OtherCluster,
    /// A key opens it, but it is not known whether the certificate is of that key's cluster.
    UnknownCluster,
    /// The values of its SealedSecret are for the namespaces of several kustomizations.
    SeveralKustomizations,
    /// Its document is no YAML or JSON.
    Unreadable(YamlError),
    /// Its document, or the file, is YAML or JSON that is refused.
    Refused(YamlError),
    /// It cannot be replaced where it stands.
    NotEditable(EditError),
    /// Sealing it for the certificate's key failed, or did not give what opens to the same value.
    NotSealed,
    /// Another value of the file was left.
    WithTheFile,
}

/// Why a value is noted and not rotated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotedCause {
    /// It stands in a comment, or is part of a key.
    Comment,
    /// It stands in a SealedSecret, but not as one of its values.
    NoItem,
    /// It stands in a text of several lines.
    Text,
    /// The file is made by a program, as its head says.
    Generated,
    /// The SealedSecret has no values.
    NoValues,
    /// The value is empty.
    Empty,
    /// The value is a text that begins differently from a sealed value.
    Placeholder,
}

/// Something that a person should know and that stops nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The document in the file, counted from 1.
    pub document: usize,
    /// Where it is.
    pub position: Position,
    /// What to know.
    pub kind: WarningKind,
}

/// Something that a person should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WarningKind {
    /// No cluster takes a Secret with an item of this name (letters, digits, `-`, `_` and `.`, at most 253 characters).
    ItemRefused {
        /// The item.
        item: String,
    },
    /// Something stands before or after a value, in the same text: nothing unseals it there.
    NotAlone {
        /// The item.
        item: String,
    },
    /// A value was sealed for another scope than the SealedSecret's annotations ask for: nothing unseals it there.
    ScopeDisagrees {
        /// The item.
        item: String,
    },
    /// The values are for several clusters, which all need the same private key.
    SeveralClusters,
    /// The hint that names the key could not be put into the SealedSecret.
    HintNotAdded(EditError),
}

impl FileOutcome {
    /// What became of the file, in a word.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        Verdict::of(&self.findings, self.file.is_some())
    }
}

impl Verdict {
    /// Of a file in which this was found, and which has new content or not.
    #[must_use]
    pub fn of(findings: &[Finding], is_changed: bool) -> Self {
        let any = |is: fn(&Outcome) -> bool| findings.iter().any(|found| is(&found.outcome));
        if any(|outcome| matches!(outcome, Outcome::Left(_))) {
            Self::Left
        } else if is_changed {
            Self::Rotated
        } else if any(|outcome| matches!(outcome, Outcome::Stale { .. } | Outcome::ToBeSent)) {
            Self::Stale
        } else if any(|outcome| matches!(outcome, Outcome::Sealed { .. })) {
            Self::Sealed
        } else if any(|outcome| matches!(outcome, Outcome::Noted(_))) {
            Self::Noted
        } else if findings.is_empty() {
            Self::Skipped
        } else {
            Self::Current
        }
    }
}

impl FileOutcome {
    /// Puts findings in order. Where the file could not be edited, what would have been rotated is left for that cause.
    pub(super) fn of(
        mut findings: Vec<Finding>,
        edited: Result<Option<Zeroizing<Vec<u8>>>, LeftCause>,
        mut warnings: Vec<Warning>,
    ) -> Self {
        let file = edited.unwrap_or_else(|cause| {
            let rotated = findings.iter_mut().filter(|found| found.outcome == Outcome::Rotated);
            rotated.for_each(|found| found.outcome = Outcome::Left(cause.clone()));
            None
        });
        findings.sort_by_key(|found| (found.position.line, found.position.column));
        warnings.sort_by_key(|warning| (warning.position.line, warning.position.column));
        Self { file, findings, warnings, operations: 0, requests: 0 }
    }
}

impl Finding {
    /// Whether it was opened, here or elsewhere.
    #[must_use]
    pub fn is_opened(&self) -> bool {
        self.key.is_some() || self.outcome == Outcome::Rotated
    }

    /// Whether the file's other values have to be left with this one.
    pub(super) fn holds_back(&self, strict_files: bool) -> bool {
        match &self.outcome {
            // kubectl fails at such a document, and not at those around it.
            Outcome::Left(LeftCause::Unreadable(_)) => strict_files,
            Outcome::Left(_) => true,
            Outcome::Rotated
            | Outcome::Stale { .. }
            | Outcome::ToBeSent
            | Outcome::Sealed { .. }
            | Outcome::Current { .. }
            | Outcome::Noted(_) => false,
        }
    }
}

impl Outcome {
    /// A name for programs, which stays the same.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Rotated => "Rotated",
            Self::Current { is_proved: true } => "Current",
            Self::Current { is_proved: false } => "CurrentByHint",
            Self::Stale { is_proved: true } => "Stale",
            Self::Stale { is_proved: false } => "StaleByHint",
            Self::ToBeSent => "ToBeSent",
            Self::Sealed { is_proved: true } => "Sealed",
            Self::Sealed { is_proved: false } => "SealedByHint",
            Self::Left(cause) => cause.reason(),
            Self::Noted(cause) => cause.reason(),
        }
    }
}

impl LeftCause {
    /// A name for programs, which stays the same.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Alias => "Alias",
            Self::Binary => "Binary",
            Self::Folded => "Folded",
            Self::Malformed(_) => "Malformed",
            Self::NoHint => "NoHint",
            Self::NotOpened { .. } => "NotOpened",
            Self::ControllerCannotOpen { .. } => "ControllerCannotOpen",
            Self::TooLargeForController => "TooLargeForController",
            Self::ControllerFailed => "ControllerFailed",
            Self::NotTried => "NotTried",
            Self::NoNamespace => "NoNamespace",
            Self::Unexplained => "Unexplained",
            Self::OtherCluster => "OtherCluster",
            Self::UnknownCluster => "UnknownCluster",
            Self::SeveralKustomizations => "SeveralKustomizations",
            Self::Unreadable(_) => "Unreadable",
            Self::Refused(_) => "Refused",
            Self::NotEditable(_) => "NotEditable",
            Self::NotSealed => "NotSealed",
            Self::WithTheFile => "WithTheFile",
        }
    }

    /// Where the reader stopped, in a document that could not be read: the cause's words do not say it.
    #[must_use]
    pub fn place(&self) -> Option<Position> {
        match self {
            Self::Unreadable(YamlError { line, column, .. })
            | Self::Refused(YamlError { line, column, .. }) => {
                Some(Position { line: *line, column: *column })
            }
            _ => None,
        }
    }
}

impl NotedCause {
    /// A name for programs, which stays the same.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Comment => "Comment",
            Self::NoItem => "NoItem",
            Self::Text => "Text",
            Self::Generated => "Generated",
            Self::NoValues => "NoValues",
            Self::Empty => "Empty",
            Self::Placeholder => "Placeholder",
        }
    }

    /// Whether there is something that a private key could open.
    #[must_use]
    pub fn could_be_opened(self) -> bool {
        match self {
            Self::Comment | Self::NoItem | Self::Text | Self::Generated => true,
            Self::NoValues | Self::Empty | Self::Placeholder => false,
        }
    }
}

impl WarningKind {
    /// A name for programs, which stays the same.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::ItemRefused { .. } => "ItemRefused",
            Self::NotAlone { .. } => "NotAlone",
            Self::ScopeDisagrees { .. } => "ScopeDisagrees",
            Self::SeveralClusters => "SeveralClusters",
            Self::HintNotAdded(_) => "HintNotAdded",
        }
    }
}

impl fmt::Display for LeftCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Alias => f.write_str(
                "is repeated here by an alias or a merge key: write it out",
            ),
            Self::Binary => f.write_str("has the tag !!binary: write it without"),
            Self::Folded => f.write_str(
                "its lines are folded with a space between, so no cluster opens it: write it on one line",
            ),
            Self::Malformed(error) => write!(f, "is not a sealed value: it is {error}"),
            Self::NoHint => f.write_str(
                "no hint names its key, and there is no private key to open it: give the private keys",
            ),
            Self::NotOpened { tried, may_be_rotated } => {
                f.write_str("no key opens it for ")?;
                write_bindings(tried, f)?;
                match may_be_rotated {
                    true => f.write_str(
                        "; perhaps it is rotated already: give the new private key too, or add hints",
                    ),
                    false => Ok(()),
                }
            }
            Self::ControllerCannotOpen { tried, is_alone } => {
                f.write_str("the controller cannot open it")?;
                f.write_str(if *is_alone { " for " } else { ", or another one beside it, for " })?;
                write_bindings(tried, f)
            }
            Self::TooLargeForController => f.write_str("it is larger than the controller takes"),
            Self::ControllerFailed => {
                f.write_str("the controller failed before it was sealed again")
            }
            Self::NotTried => f.write_str(
                "not all was tried: so many other values of the file do not open; put those right first, or split the \
                 file",
            ),
            Self::NoNamespace => f.write_str(
                "nothing tells its namespace, and no key opens it cluster-wide: write a rule, or give the namespace",
            ),
            Self::Unexplained => f.write_str(
                "nothing tells what it is sealed for: write a rule, or give namespace and name; if nothing makes a \
                 SealedSecret of it, nothing unseals it, and the value is the ciphertext itself",
            ),
            Self::OtherCluster => {
                f.write_str("the key of another cluster than the certificate's opens it")
            }
            Self::UnknownCluster => f.write_str(
                "it is not known which cluster the certificate is of: name it in a rule, or give its private key too",
            ),
            Self::SeveralKustomizations => f.write_str(
                "the values of its SealedSecret are for the namespaces of several kustomizations",
            ),
            Self::Unreadable(error) | Self::Refused(error) => error.kind.fmt(f),
            Self::NotEditable(error) => error.fmt(f),
            Self::NotSealed => f.write_str("it could not be sealed for the certificate's key"),
            Self::WithTheFile => f.write_str("another value of the file was left"),
        }
    }
}

fn write_bindings(bindings: &[Binding], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (number, binding) in bindings.iter().enumerate() {
        match number {
            0 => {}
            _ if number + 1 == bindings.len() => f.write_str(" or ")?,
            _ => f.write_str(", ")?,
        }
        write!(f, "{binding}")?;
    }
    Ok(())
}

impl fmt::Display for NotedCause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Comment => "stands in a comment: an old key may still open it",
            Self::NoItem => {
                "is no value of the SealedSecret that it stands in: an old key may still open it"
            }
            Self::Text => "stands in a text: an old key may still open it",
            Self::Generated => {
                "stands in a file that a program makes: seal its source again, and run that program"
            }
            Self::NoValues => "the SealedSecret has no values",
            Self::Empty => "is empty",
            Self::Placeholder => "is not a sealed value",
        })
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ItemRefused { item } => write!(f, "no cluster takes an item named \"{item}\""),
            Self::NotAlone { item } => {
                write!(
                    f,
                    "{item}: no cluster opens it with what stands before or after it: write it alone"
                )
            }
            Self::ScopeDisagrees { item } => {
                write!(f, "{item}: is sealed for another scope than the annotations ask for")
            }
            Self::SeveralClusters => {
                f.write_str("is for several clusters, which all need the same private key")
            }
            Self::HintNotAdded(error) => write!(f, "no hint could be added: {error}"),
        }
    }
}
