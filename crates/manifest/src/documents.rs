//! The inputs of one run: their documents, and the resources in these.

use zeroize::Zeroizing;

use crate::error::{Error, Reason};
use crate::fields::Fields;
use crate::metadata::Metadata;
use crate::output;
use crate::parallel;
use kubeyaml::{Format, Node, RawDocument, Tree, Value};

/// The texts that one run reads, split into documents. Documents are parsed when their turn comes.
pub struct Inputs {
    inputs: Vec<kubeyaml::Input>,
}

impl Inputs {
    /// Finds the documents of texts in UTF-8, or in UTF-16 with a byte order mark.
    ///
    /// # Errors
    /// If a text can't be split into documents.
    pub fn read(texts: Vec<Zeroizing<Vec<u8>>>) -> Result<Self, Error> {
        let read = |(index, text): (usize, Zeroizing<Vec<u8>>)| {
            kubeyaml::split(&text).map_err(|error| Error::from(error).in_input(index))
        };
        let inputs: Result<Vec<_>, Error> = texts.into_iter().enumerate().map(read).collect();
        Ok(Self { inputs: inputs? })
    }

    /// How many documents there are, empty ones counted.
    pub fn len(&self) -> usize {
        self.inputs.iter().map(|input| input.documents().len()).sum()
    }

    /// Whether there is no document at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Works on every document that is not empty, on all cores, and gives the results in order.
    ///
    /// An input without any document is an error: it was named for nothing.
    pub(crate) fn process<T: Send>(
        &self,
        progress: &(dyn Fn() + Sync),
        work: impl Fn(&Document<'_>) -> Result<T, Error> + Sync,
    ) -> Result<Vec<Located<T>>, Error> {
        let documents = parallel::map(&self.raw_documents(), |(input, raw)| {
            let document = raw.index();
            let parsed = raw.parse().map_err(|error| Error::from(error).in_input(*input))?;
            let text = self.text(*input, raw);
            let result =
                parsed.map(|node| work(&Document { text, format: raw.format(), node: &node }));
            let result = result.transpose();
            let result = result.map_err(|error| error.in_document(*input, document))?;
            progress();
            Ok::<_, Error>(result.map(|result| Located { input: *input, document, result }))
        })?;
        let found: Vec<Located<T>> = documents.into_iter().flatten().collect();
        let is_missing = |input: &usize| found.iter().all(|located| located.input != *input);
        match (0..self.inputs.len()).find(is_missing) {
            Some(input) => Err(Error::from(Reason::NoDocuments).in_input(input)),
            None => Ok(found),
        }
    }

    fn raw_documents(&self) -> Vec<(usize, RawDocument<'_>)> {
        let inputs = self.inputs.iter().enumerate();
        inputs.flat_map(|(index, input)| input.documents().map(move |raw| (index, raw))).collect()
    }

    /// The document's text as it stands in the input.
    fn text(&self, input: usize, raw: &RawDocument<'_>) -> &str {
        let text = self.inputs.get(input).map(kubeyaml::Input::text);
        text.and_then(|text| text.get(raw.span())).unwrap_or_default()
    }
}

/// A result, and the document that it is of.
pub(crate) struct Located<T> {
    /// The input, counted from 0.
    pub(crate) input: usize,
    /// The document, counted from 1.
    pub(crate) document: usize,
    pub(crate) result: T,
}

/// One document that is not empty.
pub(crate) struct Document<'a> {
    text: &'a str,
    format: Format,
    node: &'a Node,
}

/// One resource: a document, or an item of a List.
#[derive(Clone, Copy)]
pub(crate) struct Resource<'a> {
    /// Its fields.
    pub(crate) node: &'a Node,
    api_version: &'a str,
    kind: &'a str,
}

/// `apiVersion` and `kind` of a resource.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    pub(crate) api_version: &'static str,
    pub(crate) kind: &'static str,
}

impl<'a> Document<'a> {
    /// The document itself, or the items of a List. Lists of one kind, as the API server answers with, are
    /// taken apart where that is a kind that is sealed or unsealed.
    pub(crate) fn resources(&self) -> Result<Vec<Resource<'a>>, Error> {
        let resource = Resource::of(self.node, None)?;
        if !resource.is_list() {
            return Ok(vec![resource]);
        }
        let item_kind = resource.kind.strip_suffix("List").filter(|kind| !kind.is_empty());
        let inherited = item_kind.map(|kind| (resource.api_version, kind));
        let items = match Fields::of(self.node)?.get("items").map(Node::value) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Sequence(items)) => {
                let items = items.iter().map(|item| Resource::of(item, inherited));
                items.collect::<Result<Vec<_>, Error>>()?
            }
            Some(_) => return Err(Error::wrong_type(self.node, "a list").in_field("items")),
        };
        if let Some(nested) = items.iter().find(|item| item.is_list()) {
            return Err(Error::at(nested.node, Reason::ListInList));
        }
        let concerned = items.iter().any(|item| matches!(item.kind, "Secret" | "SealedSecret"));
        Ok(if resource.is(LIST) || concerned { items } else { vec![resource] })
    }

    /// A resource as it was: to the byte where the form of the output allows it.
    pub(crate) fn pass_through(
        &self,
        resource: Resource<'_>,
        format: Format,
    ) -> Result<Zeroizing<String>, Error> {
        let whole = std::ptr::eq(resource.node, self.node);
        if whole && format == self.format {
            return Ok(output::frame(format, without_separator(self.text)));
        }
        if resource.node.height() > MAX_REWRITTEN_HEIGHT {
            return Err(Error::at(resource.node, Reason::TooDeep));
        }
        Ok(output::write(format, &Tree::from(resource.node)))
    }
}

/// The first document of a file may begin with its separator, which is written anew.
fn without_separator(text: &str) -> &str {
    match text.split_once('\n') {
        Some((first, rest)) if first.trim_end() == "---" => rest,
        _ => text,
    }
}

/// Every line is indented by as much as it is deep: deeper resources would grow many times over when they are
/// written in the other form. No resource of Kubernetes comes near.
const MAX_REWRITTEN_HEIGHT: usize = 100;

const LIST: Kind = Kind { api_version: "v1", kind: "List" };

impl<'a> Resource<'a> {
    /// `inherited` are `apiVersion` and `kind` of an item that names none: those of its list.
    fn of(node: &'a Node, inherited: Option<(&'a str, &'a str)>) -> Result<Self, Error> {
        let fields = node.as_mapping();
        let text = |name| fields.and_then(|fields| fields.get(name)).and_then(Node::as_str);
        let missing = match (text("apiVersion"), text("kind"), inherited) {
            (Some(api_version), Some(kind), _) | (None, None, Some((api_version, kind))) => {
                return Ok(Self { node, api_version, kind });
            }
            (None, Some(_), _) => "apiVersion is missing",
            (Some(_), None, _) => "kind is missing",
            (None, None, None) => "apiVersion and kind are missing",
        };
        Err(Error::at(node, Reason::NotAResource { missing }))
    }

    /// Whether it is a list of resources, as kubectl takes it.
    fn is_list(self) -> bool {
        let items = self.node.as_mapping().and_then(|fields| fields.get("items"));
        self.is(LIST) || (self.kind.ends_with("List") && items.is_some())
    }

    /// Whether somebody may take it for a resource of this kind, which it is not.
    pub(crate) fn looks_like(self, kind: Kind) -> bool {
        self.kind.eq_ignore_ascii_case(kind.kind) && !self.is(kind)
    }

    /// What it is, for messages: `secret (v1)`.
    pub(crate) fn described(self) -> String {
        format!("{} ({})", self.kind, self.api_version)
    }

    /// Whether it is of this kind.
    pub(crate) fn is(self, kind: Kind) -> bool {
        self.api_version == kind.api_version && self.kind == kind.kind
    }

    /// The error for a resource of another kind than `expected`.
    pub(crate) fn refused(self, expected: Kind) -> Error {
        let reason = Reason::OtherKind {
            api_version: self.api_version.to_owned(),
            kind: self.kind.to_owned(),
            expected: expected.kind,
        };
        let metadata = Fields::of(self.node).and_then(Metadata::read).unwrap_or_default();
        Error::at(self.node, reason).in_resource(metadata.resource(self.kind))
    }
}
