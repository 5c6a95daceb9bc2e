//! The texts of one run: their documents, and a visit to all of them.

use kubeyaml::{DuplicateKeys, Format, Input, Node, RawDocument, YamlError, YamlErrorKind};
use zeroize::Zeroizing;

use crate::error::{Errors, ReadError, ReadErrorKind, ReadErrors};
use crate::parallel;
use crate::resource::{self, Kind, Resource};
use crate::{sealed_secret, secret};

/// The texts of one run, split into documents. Documents are parsed when their turn comes.
pub struct Documents {
    inputs: Vec<Input>,
}

/// One document that is not empty.
#[derive(Clone, Copy)]
pub struct Document<'a> {
    input: &'a Input,
    /// The number of the input, counted from 0.
    input_index: usize,
    raw: RawDocument<'a>,
    node: &'a Node,
    /// Why it would not be read if it had to be: a key that stands twice in it.
    duplicate: Option<&'a YamlError>,
}

/// A result, and the document that it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The input, counted from 0.
    pub input: usize,
    /// The document, counted from 1.
    pub document: usize,
    /// What the visit made of it.
    pub result: T,
}

/// What an operation does about resources of other kinds than its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Others {
    /// They are an error.
    #[default]
    Refuse,
    /// They are left out.
    Skip,
    /// They pass through unchanged.
    Pass,
}

/// A resource that an operation meets.
pub(crate) enum Met<'a> {
    /// One of its own kind.
    Wanted(Resource<'a>),
    /// One that passes through.
    Passing(Resource<'a>),
}

/// How documents are visited.
#[derive(Clone, Copy)]
struct Visit<'a> {
    duplicates: DuplicateKeys,
    progress: &'a (dyn Fn() + Sync),
}

impl Documents {
    /// Finds the documents of texts in UTF-8, or in UTF-16 with a byte order mark.
    ///
    /// # Errors
    /// The texts that cannot be split into documents.
    pub fn split(texts: Vec<Zeroizing<Vec<u8>>>) -> Result<Self, ReadErrors> {
        let (mut inputs, mut errors) = (Vec::with_capacity(texts.len()), Vec::new());
        for (index, text) in texts.into_iter().enumerate() {
            match kubeyaml::split(&text) {
                Ok(input) => inputs.push(input),
                Err(error) => {
                    let text = std::str::from_utf8(&text).unwrap_or_default();
                    errors.push(ReadError::unreadable(error, text, 1).in_input(index));
                }
            }
        }
        Errors::of(errors).map_or(Ok(Self { inputs }), Err)
    }

    /// How many documents there are, empty ones counted.
    #[must_use]
    pub fn len(&self) -> usize {
        self.inputs.iter().map(|input| input.documents().len()).sum()
    }

    /// Whether there is no document at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The texts, in the order in which they were given.
    #[must_use]
    pub fn inputs(&self) -> &[Input] {
        &self.inputs
    }

    /// Works on every document that is not empty, on all cores, and gives every document's own result, in order: a
    /// document that cannot be read keeps no other from being visited.
    ///
    /// `duplicates` says what becomes of a document that has a key twice.
    pub fn visit<T, E>(
        &self,
        duplicates: DuplicateKeys,
        work: impl Fn(&Document<'_>) -> Result<T, E> + Sync,
    ) -> Vec<Located<Result<T, E>>>
    where
        T: Send,
        E: Send + From<ReadError>,
    {
        self.run(Visit { duplicates, progress: &|| () }, work)
    }

    /// As [`Documents::visit`], but what fails in one document fails all; and an input without any document is an error,
    /// since it was named for nothing.
    ///
    /// `others` says whether a document may be one that only passes through: then a key that stands in it twice is no
    /// reason to stop.
    pub(crate) fn process<T, K>(
        &self,
        others: Others,
        progress: &(dyn Fn() + Sync),
        work: impl Fn(&Document<'_>) -> Result<T, Errors<K>> + Sync,
    ) -> Result<Vec<Located<T>>, Errors<K>>
    where
        T: Send,
        K: Send,
        crate::Error<K>: From<ReadError>,
        Errors<K>: From<ReadError>,
    {
        let duplicates = match others {
            Others::Refuse => DuplicateKeys::Refused,
            Others::Skip | Others::Pass => DuplicateKeys::LastCounts,
        };
        let visited = self.run(Visit { duplicates, progress }, work);
        let mut met = vec![false; self.inputs.len()];
        let mut done = Vec::with_capacity(visited.len());
        let mut failed: Option<Errors<K>> = None;
        for Located { input, document, result } in visited {
            met.get_mut(input).into_iter().for_each(|met| *met = true);
            match result {
                Ok(result) => done.push(Located { input, document, result }),
                Err(errors) => {
                    let errors = errors.map(|error| error.in_document(input, document));
                    failed = Some(match failed {
                        Some(failed) => failed.and(errors),
                        None => errors,
                    });
                }
            }
        }
        let unmet = met.iter().enumerate().filter(|(_, met)| !**met);
        let unmet = unmet.map(|(input, _)| {
            crate::Error::<K>::from(ReadError::from(ReadErrorKind::NoDocuments).in_input(input))
        });
        match (failed, Errors::of(unmet)) {
            (None, None) => Ok(done),
            (Some(errors), None) | (None, Some(errors)) => Err(errors),
            (Some(failed), Some(unmet)) => Err(failed.and(unmet)),
        }
    }

    fn run<T, E>(
        &self,
        visit: Visit<'_>,
        work: impl Fn(&Document<'_>) -> Result<T, E> + Sync,
    ) -> Vec<Located<Result<T, E>>>
    where
        T: Send,
        E: Send + From<ReadError>,
    {
        let documents: Vec<(usize, &Input, RawDocument<'_>)> = self.raw_documents().collect();
        let results = parallel::map(&documents, |&(input_index, input, raw)| {
            let result = match parse(raw, visit.duplicates) {
                Ok(Some((node, duplicate))) => {
                    let duplicate = duplicate.as_ref();
                    work(&Document { input, input_index, raw, node: &node, duplicate }).map(Some)
                }
                Ok(None) => Ok(None),
                Err(error) => {
                    // Of the document alone: a file may have many that cannot be read.
                    let text = text_of(input, raw);
                    Err(E::from(ReadError::unreadable(error, text, raw.first_line())))
                }
            };
            (visit.progress)();
            result
        });
        let located = results.into_iter().filter_map(|(at, result)| {
            let &(input, _, raw) = documents.get(at)?;
            Some(Located { input, document: raw.index(), result: result.transpose()? })
        });
        located.collect()
    }

    fn raw_documents(&self) -> impl Iterator<Item = (usize, &Input, RawDocument<'_>)> {
        let inputs = self.inputs.iter().enumerate();
        inputs.flat_map(|(index, input)| input.documents().map(move |raw| (index, input, raw)))
    }
}

fn text_of<'a>(input: &'a Input, raw: RawDocument<'_>) -> &'a str {
    input.text().get(raw.span()).unwrap_or_default()
}

/// The document, and why it would not be read without leave for keys that stand twice.
fn parse(
    raw: RawDocument<'_>,
    duplicates: DuplicateKeys,
) -> Result<Option<(Node, Option<YamlError>)>, YamlError> {
    match raw.parse() {
        Err(error)
            if duplicates == DuplicateKeys::LastCounts
                && matches!(error.kind, YamlErrorKind::DuplicateKey(_)) =>
        {
            Ok(raw.parse_with(duplicates)?.map(|node| (node, Some(error))))
        }
        read => Ok(read?.map(|node| (node, None))),
    }
}

impl<'a> Document<'a> {
    /// What it holds.
    #[must_use]
    pub fn node(&self) -> &'a Node {
        self.node
    }

    /// The text that it is a part of.
    #[must_use]
    pub fn input(&self) -> &'a Input {
        self.input
    }

    /// Its input, counted from 0, and its number there, counted from 1.
    pub(crate) fn place(&self) -> (usize, usize) {
        (self.input_index, self.raw.index())
    }

    /// The language that it is written in.
    #[must_use]
    pub fn format(&self) -> Format {
        self.raw.format()
    }

    /// Its own text, as it stands in the input.
    #[must_use]
    pub fn text(&self) -> &'a str {
        text_of(self.input, self.raw)
    }

    /// The document itself, or the items of a List. Lists of one kind, as the API server answers with, are taken
    /// apart where that is a kind that is sealed or unsealed.
    ///
    /// # Errors
    /// One of them has no `apiVersion` or `kind`, or is a List itself.
    pub fn resources(&self) -> Result<Vec<Resource<'a>>, ReadError> {
        resource::all_in(self.node, &[secret::KIND, sealed_secret::KIND])
    }

    /// Its resources in their order, told apart by whether they are of a kind.
    pub(crate) fn each(
        &self,
        kind: Kind,
        others: Others,
    ) -> Result<impl Iterator<Item = Result<Met<'a>, ReadError>> + use<'a>, ReadError> {
        let resources = self.resources()?.into_iter();
        let duplicate = self.duplicate.cloned();
        Ok(resources.filter_map(move |resource| match others {
            _ if resource.is(kind) => Some(match &duplicate {
                None => Ok(Met::Wanted(resource)),
                Some(duplicate) => Err(duplicate.clone().into()),
            }),
            Others::Refuse => Some(Err(resource.refused(kind))),
            Others::Skip => None,
            Others::Pass => Some(Ok(Met::Passing(resource))),
        }))
    }

    /// Whether a resource is all of the document, and not an item of a List.
    pub(crate) fn is(&self, resource: Resource<'_>) -> bool {
        std::ptr::eq(resource.node(), self.node)
    }
}
