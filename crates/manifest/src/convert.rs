//! Every resource of one kind into another, in the order of the inputs.

use std::fmt;

use zeroize::Zeroizing;

use crate::documents::{Document, Inputs, Kind, Located};
use crate::error::{Error, Reason};
use crate::output;
use kubeyaml::{Format, Node, Tree};

/// Something that a person should know and that stops nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Warning {
    /// Which input it is about, counted from 0.
    pub input: usize,
    /// Which document of the input, counted from 1.
    pub document: usize,
    /// What to know; never a value.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "document {}: {}", self.document, self.message)
    }
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

/// What a conversion reads, and what it does about the rest.
pub(crate) struct Conversion<'a> {
    /// The resources to be converted.
    pub(crate) from: Kind,
    /// Whether others pass through unchanged instead of being refused.
    pub(crate) skip_other: bool,
    /// The form of the output.
    pub(crate) format: Format,
    /// Called after each document.
    pub(crate) progress: &'a (dyn Fn() + Sync),
}

/// What one resource became.
pub(crate) struct Converted {
    /// The new resource.
    pub(crate) tree: Tree,
    /// What a person should know about it.
    pub(crate) warnings: Vec<String>,
}

/// What one document became.
#[derive(Default)]
struct Piece {
    chunks: Vec<Zeroizing<String>>,
    warnings: Vec<String>,
}

impl Conversion<'_> {
    /// Converts every resource of the kind asked for, on all cores, in order.
    pub(crate) fn run(
        &self,
        inputs: &Inputs,
        convert: impl Fn(&Node) -> Result<Converted, Error> + Sync,
    ) -> Result<Output, Error> {
        let work = |document: &Document<'_>| self.document(document, &convert);
        let output: Output = inputs.process(self.progress, work)?.into_iter().collect();
        // Lists may be empty.
        if output.chunks.is_empty() { Err(Reason::NoDocuments.into()) } else { Ok(output) }
    }

    fn document(
        &self,
        document: &Document<'_>,
        convert: &impl Fn(&Node) -> Result<Converted, Error>,
    ) -> Result<Piece, Error> {
        let mut piece = Piece::default();
        for resource in document.resources()? {
            if resource.is(self.from) {
                let Converted { tree, warnings } = convert(resource.node)?;
                piece.chunks.push(output::write(self.format, &tree));
                piece.warnings.extend(warnings);
            } else if self.skip_other {
                if resource.looks_like(self.from) {
                    let (found, kind) = (resource.described(), self.from.kind);
                    let message = format!("{found} is not a {kind}: passed through as it is");
                    piece.warnings.push(message);
                }
                piece.chunks.push(document.pass_through(resource, self.format)?);
            } else {
                return Err(resource.refused(self.from));
            }
        }
        Ok(piece)
    }
}

impl FromIterator<Located<Piece>> for Output {
    fn from_iter<I: IntoIterator<Item = Located<Piece>>>(pieces: I) -> Self {
        let mut output = Self::default();
        for Located { input, document, result: Piece { chunks, warnings } } in pieces {
            output.chunks.extend(chunks);
            let warnings = warnings.into_iter();
            output.warnings.extend(warnings.map(|message| Warning { input, document, message }));
        }
        output
    }
}
