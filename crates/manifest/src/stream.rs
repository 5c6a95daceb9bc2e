//! Every resource of one kind into another, in the order of the inputs.

use std::fmt;

use kubeyaml::{Format, Node, Tree};
use zeroize::Zeroizing;

use crate::documents::{Document, Documents, Located, Met, Others};
use crate::error::{Error, ReadError, ReadErrorKind};
use crate::output;
use crate::resource::{Kind, Resource};

/// Every line is indented by as much as it is deep: deeper resources would grow many times over when they are
/// written in the other form. No resource of Kubernetes comes near.
const MAX_REWRITTEN_HEIGHT: usize = 100;

/// How a stream of documents is written, and what becomes of those that an operation does not work on.
#[derive(Clone, Copy)]
pub struct Stream<'a> {
    format: Format,
    others: Others,
    progress: &'a (dyn Fn() + Sync),
}

impl<'a> Stream<'a> {
    /// Documents in this format; other kinds are refused.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self { format, others: Others::Refuse, progress: &|| () }
    }

    /// What becomes of documents of other kinds.
    #[must_use]
    pub fn others(self, others: Others) -> Self {
        Self { others, ..self }
    }

    /// Called after each document, from several threads.
    #[must_use]
    pub fn progress(self, progress: &'a (dyn Fn() + Sync)) -> Self {
        Self { progress, ..self }
    }

    /// Works on every resource of a kind, on all cores, in order.
    pub(crate) fn for_each<T, K>(
        &self,
        documents: &Documents,
        kind: Kind,
        work: impl Fn(&Node) -> Result<T, Error<K>> + Sync,
    ) -> Result<Vec<T>, Error<K>>
    where
        T: Send,
        K: Send,
        Error<K>: From<ReadError>,
    {
        let others = if self.others == Others::Pass { Others::Skip } else { self.others };
        let found = documents.process(self.progress, |document| {
            let mut results = Vec::new();
            for met in document.each(kind, others)? {
                match met? {
                    Met::Wanted(resource) => results.push(work(resource.node())?),
                    Met::Passing(_) => {}
                }
            }
            Ok(results)
        })?;
        Ok(found.into_iter().flat_map(|located| located.result).collect())
    }

    /// Converts every resource of a kind, on all cores, in order.
    pub(crate) fn convert<K>(
        &self,
        documents: &Documents,
        kind: Kind,
        convert: impl Fn(&Node) -> Result<Converted, Error<K>> + Sync,
    ) -> Result<Output, Error<K>>
    where
        K: Send,
        Error<K>: From<ReadError>,
    {
        let output: Output = documents
            .process(self.progress, |document| self.convert_document(document, kind, &convert))?
            .into_iter()
            .collect();
        // Lists may be empty.
        if output.chunks.is_empty() {
            return Err(ReadError::from(ReadErrorKind::NoDocuments).into());
        }
        Ok(output)
    }

    fn convert_document<K>(
        &self,
        document: &Document<'_>,
        kind: Kind,
        convert: &impl Fn(&Node) -> Result<Converted, Error<K>>,
    ) -> Result<Piece, Error<K>>
    where
        Error<K>: From<ReadError>,
    {
        let mut piece = Piece::default();
        for met in document.each(kind, self.others)? {
            match met? {
                Met::Wanted(resource) => {
                    let Converted { tree, warnings } = convert(resource.node())?;
                    piece.chunks.push(output::write(self.format, &tree));
                    piece.warnings.extend(warnings);
                }
                Met::Passing(resource) => {
                    piece.warnings.extend(look_alike(resource, kind));
                    piece.chunks.push(self.pass_through(document, resource)?);
                }
            }
        }
        Ok(piece)
    }

    /// A resource as it was: to the byte where the form of the output allows it.
    fn pass_through(
        &self,
        document: &Document<'_>,
        resource: Resource<'_>,
    ) -> Result<Zeroizing<String>, ReadError> {
        if document.is(resource) && document.format() == self.format {
            return Ok(output::frame(self.format, without_separator(document.text())));
        }
        let node = resource.node();
        if node.height() > MAX_REWRITTEN_HEIGHT {
            return Err(ReadError::at(node, ReadErrorKind::TooDeep));
        }
        Ok(output::write(self.format, &Tree::from(node)))
    }
}

/// The first document of a file may begin with its separator, which is written anew.
fn without_separator(text: &str) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if first.trim_end() == "---" => rest,
        _ => text,
    }
}

fn look_alike(resource: Resource<'_>, expected: Kind) -> Option<WarningKind> {
    resource.looks_like(expected).then(|| WarningKind::LookAlike {
        api_version: resource.api_version().to_owned(),
        kind: resource.kind().to_owned(),
        expected: expected.kind,
    })
}

/// What an operation made of its inputs, in their order.
#[derive(Default)]
#[non_exhaustive]
pub struct Output {
    /// The documents as text, to be written one after another.
    pub chunks: Vec<Zeroizing<String>>,
    /// What a person should know.
    pub warnings: Vec<Warning>,
}

/// Something that a person should know and that stops nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// Which input it is about, counted from 0.
    pub input: usize,
    /// Which document of the input, counted from 1.
    pub document: usize,
    /// What to know.
    pub kind: WarningKind,
}

/// Something that a person should know. Never holds a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WarningKind {
    /// A field that a Secret does not have is left out.
    UnknownField {
        /// The resource, as `Secret shop/database`.
        resource: String,
        /// The field.
        field: String,
    },
    /// A resource passed through that may be taken for one that the operation works on.
    LookAlike {
        /// Its `apiVersion`.
        api_version: String,
        /// Its `kind`.
        kind: String,
        /// The kind that it is not.
        expected: &'static str,
    },
}

/// What one resource became.
pub(crate) struct Converted {
    /// The new resource.
    pub(crate) tree: Tree,
    /// What a person should know about it.
    pub(crate) warnings: Vec<WarningKind>,
}

/// What one document became.
#[derive(Default)]
struct Piece {
    chunks: Vec<Zeroizing<String>>,
    warnings: Vec<WarningKind>,
}

impl FromIterator<Located<Piece>> for Output {
    fn from_iter<I: IntoIterator<Item = Located<Piece>>>(pieces: I) -> Self {
        let mut output = Self::default();
        for Located { input, document, result: Piece { chunks, warnings } } in pieces {
            output.chunks.extend(chunks);
            let warnings = warnings.into_iter();
            output.warnings.extend(warnings.map(|kind| Warning { input, document, kind }));
        }
        output
    }
}

impl WarningKind {
    /// A name for programs, which stays the same.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::UnknownField { .. } => "UnknownField",
            Self::LookAlike { .. } => "LookAlike",
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "document {}: {}", self.document, self.kind)
    }
}

impl fmt::Display for WarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownField { resource, field } => {
                write!(f, "{resource}: \"{field}\" is no field of a Secret and is left out")
            }
            Self::LookAlike { api_version, kind, expected } => {
                write!(f, "{kind} ({api_version}) is not a {expected}: passed through as it is")
            }
        }
    }
}
