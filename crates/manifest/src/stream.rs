//! Every resource of one kind into another, in the order of the inputs.

use kubeyaml::{Format, Node, Tree};
use zeroize::Zeroizing;

use crate::documents::{Document, Documents, Located, Met, Others};
use crate::error::{Error, Errors, ReadError, ReadErrorKind};
use crate::resource::{Kind, Resource};
use crate::warning::{Warning, WarningKind};
use crate::{output, plaintext};

/// Every line is indented by as much as it is deep: deeper resources would grow many times over when they are
/// written in the other form. No resource of Kubernetes comes near.
const MAX_REWRITTEN_HEIGHT: usize = 100;

/// How a stream of documents is written, and what becomes of those that an operation does not work on.
#[derive(Clone, Copy)]
pub struct Stream<'a> {
    format: Format,
    others: Others,
    allow_plaintext: bool,
    progress: &'a (dyn Fn() + Sync),
}

impl<'a> Stream<'a> {
    /// Documents in this format; other kinds are refused.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self { format, others: Others::Refuse, allow_plaintext: false, progress: &|| () }
    }

    /// What becomes of documents of other kinds.
    #[must_use]
    pub fn others(self, others: Others) -> Self {
        Self { others, ..self }
    }

    /// Whether documents pass through that hold a Secret in plaintext, as templates of other tools do.
    #[must_use]
    pub fn allow_plaintext(self, allow_plaintext: bool) -> Self {
        Self { allow_plaintext, ..self }
    }

    /// Called after each document, from several threads.
    #[must_use]
    pub fn progress(self, progress: &'a (dyn Fn() + Sync)) -> Self {
        Self { progress, ..self }
    }

    /// Works on every resource of a kind, on all cores, in order. `work` gets the document that the resource stands in,
    /// too.
    pub(crate) fn for_each<T, K>(
        &self,
        documents: &Documents,
        kind: Kind,
        work: impl Fn(&Document<'_>, &Node) -> Result<T, Errors<K>> + Sync,
    ) -> Result<Vec<T>, Errors<K>>
    where
        T: Send,
        K: Send,
        Error<K>: From<ReadError>,
        Errors<K>: From<ReadError>,
    {
        let others = if self.others == Others::Pass { Others::Skip } else { self.others };
        let found = documents.process(others, self.progress, |document| {
            let mut results = Vec::new();
            for met in document.each(kind, others)? {
                match met? {
                    Met::Wanted(resource) => results.push(work(document, resource.node())?),
                    Met::Passing(_) => {}
                }
            }
            Ok(results)
        })?;
        Ok(found.into_iter().flat_map(|located| located.result).collect())
    }

    /// Converts every resource of a kind, on all cores, in order. `convert` gets the document that the resource stands in,
    /// too.
    pub(crate) fn convert<K>(
        &self,
        documents: &Documents,
        kind: Kind,
        convert: impl Fn(&Document<'_>, &Node) -> Result<Converted, Errors<K>> + Sync,
    ) -> Result<Output, Errors<K>>
    where
        K: Send,
        Error<K>: From<ReadError>,
        Errors<K>: From<ReadError>,
    {
        let output: Output = documents
            .process(self.others, self.progress, |document| {
                self.convert_document(document, kind, &convert)
            })?
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
        convert: &impl Fn(&Document<'_>, &Node) -> Result<Converted, Errors<K>>,
    ) -> Result<Piece, Errors<K>>
    where
        Error<K>: From<ReadError>,
        Errors<K>: From<ReadError>,
    {
        let mut piece = Piece::default();
        for met in document.each(kind, self.others)? {
            match met? {
                Met::Wanted(resource) => match convert(document, resource.node())? {
                    Converted::Into { tree, resource, warnings } => {
                        piece.chunks.push(output::write(self.format, &tree));
                        let warnings = warnings.into_iter();
                        piece.warnings.extend(warnings.map(|kind| (resource.clone(), kind)));
                    }
                    Converted::Unchanged { resource: name, warning } => {
                        piece.warnings.push((name, warning));
                        piece.chunks.push(self.pass_through(document, resource)?);
                    }
                },
                Met::Passing(resource) => {
                    self.refuse_plaintext(resource)?;
                    let warning = look_alike(resource, kind);
                    piece.warnings.extend(warning.map(|kind| (resource.name(), kind)));
                    piece.chunks.push(self.pass_through(document, resource)?);
                }
            }
        }
        Ok(piece)
    }

    /// What passes through gets into Git.
    fn refuse_plaintext(&self, resource: Resource<'_>) -> Result<(), ReadError> {
        match plaintext::secret_in(resource.node()) {
            Some(path) if !self.allow_plaintext => {
                Err(resource.error(ReadErrorKind::PlaintextSecret { path }))
            }
            _ => Ok(()),
        }
    }

    /// Whether resources of other kinds, and those with nothing to work on, pass through.
    pub(crate) fn passes_others(&self) -> bool {
        self.others == Others::Pass
    }

    /// A resource as it was: to the byte where the form of the output allows it.
    fn pass_through(
        &self,
        document: &Document<'_>,
        resource: Resource<'_>,
    ) -> Result<Zeroizing<String>, ReadError> {
        if document.is(resource) && document.format() == self.format {
            return Ok(output::frame(self.format, output::without_separator(document.text())));
        }
        let node = resource.node();
        if node.height() > MAX_REWRITTEN_HEIGHT {
            return Err(ReadError::at(node, ReadErrorKind::TooDeep));
        }
        Ok(output::write(self.format, &Tree::from(node)))
    }
}

fn look_alike(resource: Resource<'_>, expected: Kind) -> Option<WarningKind> {
    resource.looks_like(expected).then_some(WarningKind::LookAlike { expected: expected.kind })
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

/// What one resource became.
pub(crate) enum Converted {
    /// A new resource, and what a person should know about it.
    Into { tree: Tree, resource: String, warnings: Vec<WarningKind> },
    /// What it was: there was nothing to work on.
    Unchanged { resource: String, warning: WarningKind },
}

/// What one document became.
#[derive(Default)]
struct Piece {
    chunks: Vec<Zeroizing<String>>,
    warnings: Vec<(String, WarningKind)>,
}

impl FromIterator<Located<Piece>> for Output {
    fn from_iter<I: IntoIterator<Item = Located<Piece>>>(pieces: I) -> Self {
        let mut output = Self::default();
        for Located { input, document, result: Piece { chunks, warnings } } in pieces {
            output.chunks.extend(chunks);
            let warnings = warnings.into_iter();
            output.warnings.extend(warnings.map(|(resource, kind)| Warning {
                input,
                document,
                resource,
                kind,
            }));
        }
        output
    }
}
